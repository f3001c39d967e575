import { comparedNote, decibels, keptNote, partTitle, splitNote, truthsOf } from '#renderer/features/train/listen/listenText'
import type { MadeComparison } from '#renderer/stores/resultStore'
import type { ResultClip, RunResults } from '#shared/contract/results'

/** One of the sounds that are compared by ear and eye. */
export interface ListedSound {
  readonly key: string
  readonly title: string
  readonly url: string
  readonly spectrogramUrl: string
  readonly figure: string | undefined
  readonly note: string | undefined
  /** A colour of the page's style sheet. */
  readonly colour: string
  readonly isRemovable: boolean
}

/** Rows of a clip, in the order in which they are shown: what went in, what should come out, what came out, and from whom else. */
export function soundsOf(
  clip: ResultClip,
  part: string,
  epoch: number,
  { bestEpoch, comparisons }: { bestEpoch: RunResults['bestEpoch']; comparisons: readonly MadeComparison[] },
): ListedSound[] {
  const output = clip.outputs.find((each) => each.epoch === epoch)
  const heard = output?.parts[part]
  const row = (key: string, title: string, sound: { url: string; spectrogramUrl: string }, more: Partial<ListedSound> = {}): ListedSound => {
    return { key, title, url: sound.url, spectrogramUrl: sound.spectrogramUrl, figure: undefined, note: undefined, colour: 'var(--mix)', isRemovable: false, ...more }
  }
  const figureOf = (sdr: Readonly<Record<string, number>>) => (sdr[part] === undefined ? undefined : decibels(sdr[part]))
  const network = heard && row('network', `Epoch ${epoch}`, heard, { figure: figureOf(output.sdr), note: epoch === bestEpoch ? keptNote : undefined, colour: 'var(--accent)' })
  const others = comparisons.flatMap(({ key, name, clips }) => {
    const other = clips[clip.id]
    const sound = other?.parts[part]
    return sound ? [row(key, name, sound, { figure: figureOf(other.sdr), note: comparedNote(other.learned), colour: 'var(--run-4)', isRemovable: true })] : []
  })
  return [
    row('input', 'Mixture', clip.input, { note: splitNote(clip.split) }),
    ...truthsOf(clip, part).map((truth) => row(truth.key, truth.title, truth, { colour: truth.key === 'true vocals' ? 'var(--vocals)' : 'var(--accompaniment)' })),
    ...(network ? [network] : []),
    ...others,
  ]
}

/** The sounds of a part at all checkpoints, nearest to `epoch` first: what the user may scrub to next. */
export function scrubbedUrls(clip: ResultClip, part: string, epoch: number): string[] {
  const near = clip.outputs.toSorted((a, b) => Math.abs(a.epoch - epoch) - Math.abs(b.epoch - epoch))
  return near.flatMap(({ parts }) => parts[part]?.url ?? [])
}

/** What the curve of a part shows. */
export function measureOf(clip: ResultClip, part: string): string {
  if (!clip.scores.some(({ sdr }) => sdr[part] !== undefined)) return ''
  if (part === 'reconstruction') return 'SDR against the mixture'
  const isNamed = clip.targets[part] !== undefined
  return `SDR of ${partTitle(part).toLowerCase()}${isNamed ? '' : ', against the true sound that the two parts fit better'}`
}
