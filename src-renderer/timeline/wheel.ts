import { scrollBy, type Viewport, zoomAbout } from '#renderer/timeline/viewport'

type Wheel = Pick<WheelEvent, 'deltaX' | 'deltaY' | 'deltaMode' | 'ctrlKey' | 'metaKey' | 'shiftKey'>

const pixelsPerLine = 20
const zoomPerPixel = 0.0025
/** Most pixels that one event counts for, so that a coarse wheel does not fling the picture. */
const most = 160

/**
 * Returns the viewport after a turn of the wheel: with Ctrl (or a pinch) it zooms about `x`, else it scrolls sideways. Undefined where
 * the page is to scroll as it does by itself: down a stack of lanes that is higher than its place.
 */
export function wheelViewport(wheel: Wheel, viewport: Viewport, x: number, contentFrames: number, lanesScroll: boolean): Viewport | undefined {
  const unit = wheel.deltaMode === 0 ? 1 : wheel.deltaMode === 1 ? pixelsPerLine : viewport.width
  const limited = (delta: number) => Math.min(most, Math.max(-most, delta * unit))
  const [across, down] = [limited(wheel.deltaX), limited(wheel.deltaY)]
  if (wheel.ctrlKey || wheel.metaKey) return zoomAbout(viewport, Math.exp(-down * zoomPerPixel), x, contentFrames)
  const sideways = wheel.shiftKey || Math.abs(across) > Math.abs(down)
  if (!sideways && lanesScroll) return undefined
  return scrollBy(viewport, (Math.abs(across) > Math.abs(down) ? across : down) * viewport.framesPerPixel, contentFrames)
}
