import { nextTick } from 'vue'
import { projectFrames } from '#shared/project/project'
import type { TimelineProps } from '#renderer/timeline/timelineProps'
import { scrollBy, type Viewport, zoomAbout } from '#renderer/timeline/viewport'

export type MeasuredAction = 'zoom' | 'scroll'

/** Times of the pictures of a movement, milliseconds. */
export interface FrameTimes {
  /** From one picture to the next. */
  readonly intervals: number[]
  /** The page's own work for a picture: changing, updating, drawing. */
  readonly work: number[]
}

/** Moves the timeline once a picture, as the pointer does, and measures how long pictures take. */
export async function measureFrames(props: TimelineProps, action: MeasuredAction, count: number): Promise<FrameTimes> {
  const content = projectFrames(props.project)
  const times: FrameTimes = { intervals: [], work: [] }
  let before = 0
  for (let i = 0; i < count + notCounted; i++) {
    await nextTask()
    const drawing = nextFrame()
    const started = performance.now()
    props.viewport = moved(props.viewport, action, i, content)
    await nextTick()
    const updated = performance.now()
    // Asked for after the timeline has asked for its own.
    const [began, ended] = await Promise.all([drawing, nextFrame()])
    if (i >= notCounted) {
      times.work.push(updated - started + ended - began)
      times.intervals.push(ended - before)
    }
    before = ended
  }
  return times
}

const notCounted = 5

function moved(viewport: Viewport, action: MeasuredAction, i: number, content: number): Viewport {
  if (action === 'scroll') {
    const direction = Math.floor(i / 40) % 2 === 0 ? 1 : -1
    return scrollBy(viewport, direction * 23 * viewport.framesPerPixel, content)
  }
  const factor = Math.floor(i / 60) % 2 === 0 ? 1.06 : 1 / 1.06
  return zoomAbout(viewport, factor, viewport.width * 0.4, content)
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())))
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => resolve(), { once: true })
    port1.start()
    port2.postMessage(undefined)
  })
}
