import { useOutside, type PreparedDrag } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { preparedDragsKept } from '#shared/contract/render'

/** What is dragged out as a file that is rendered before. */
export interface DragWays<Item> {
  readonly idOf: (item: Item) => string
  readonly nameOf: (item: Item) => string
  /** All that decides what is in the file. */
  readonly keyOf: (item: Item) => string
  /** Begins the job of kind `drag`. */
  readonly start: (item: Item) => Promise<{ jobId: string }>
}

/** Returns how things are dragged out, each rendered before that begins; to be called while a store is set up. */
export function createPreparedDrags<Item>({ idOf, nameOf, keyOf, start }: DragWays<Item>) {
  const { client, host } = useOutside()
  const jobs = useJobStore()
  const notices = useNoticeStore()
  /** By id: what was rendered last, and of what. */
  const prepared = new Map<string, { key: string; drag: PreparedDrag }>()
  /** Jobs whose files the services still keep, as far as this window asked for them. */
  let kept: string[] = []
  const preparing = new Map<string, { key: string; drag: Promise<PreparedDrag> }>()

  client.on('sounds.removed', ({ jobIds }) => (kept = kept.filter((id) => !jobIds.includes(id))))

  /** Renders ahead what would be given, unless that is done; what fails is told when it is dragged. */
  async function prepare(item: Item): Promise<PreparedDrag> {
    const [id, key] = [idOf(item), keyOf(item)]
    const done = rendered(id, key)
    if (done) return done
    const running = preparing.get(id)
    if (running?.key === key) return running.drag
    const drag = render(item)
    preparing.set(id, { key, drag })
    try {
      prepared.set(id, { key, drag: await drag })
      return await drag
    } finally {
      if (preparing.get(id)?.drag === drag) preparing.delete(id)
    }
  }

  function rendered(id: string, key: string): PreparedDrag | undefined {
    const done = prepared.get(id)
    return done?.key === key && kept.includes(done.drag.jobId) ? done.drag : undefined
  }

  async function render(item: Item): Promise<PreparedDrag> {
    const { jobId } = await start(item)
    const { files } = await jobs.resultOf(jobId, 'drag')
    kept = [...kept.filter((id) => id !== jobId), jobId].slice(-preparedDragsKept)
    return { jobId, files: files.map(({ name, url }) => ({ name, url })) }
  }

  /** Renders ahead without a word. */
  function prepareAhead(item: Item): void {
    void prepare(item).catch(() => {})
  }

  /** Begins a drag; to be called while `dragstart` is handled. What is not rendered yet is rendered for the next time. */
  function begin(event: DragEvent, item: Item): void {
    const name = nameOf(item)
    const done = rendered(idOf(item), keyOf(item))
    if (done) {
      void notices.attempt(() => dragged(event, done), name)
      return
    }
    event.preventDefault()
    notices.show(`${name} is being rendered. Drag it again in a moment.`)
    void notices.attempt(async () => {
      await prepare(item)
      notices.show(`${name} is ready to be dragged.`, 'good')
    }, name)
  }

  async function dragged(event: DragEvent, drag: PreparedDrag): Promise<void> {
    try {
      await host.beginDrag(event, drag)
    } catch (error) {
      // The files may be gone, so the next drag has them rendered again.
      kept = kept.filter((id) => id !== drag.jobId)
      throw error
    }
  }

  /** Gives what would be dragged out to the user's downloads. */
  async function download(item: Item): Promise<void> {
    await notices.attempt(async () => {
      const { files } = await prepare(item)
      for (const file of files) host.download?.(file)
    }, nameOf(item))
  }

  return { canDownload: host.download !== undefined, prepare: prepareAhead, begin, download }
}
