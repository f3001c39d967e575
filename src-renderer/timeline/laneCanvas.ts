import { drawChrome, type LaneDecorations } from '#renderer/timeline/laneChrome'
import type { LanePicture } from '#renderer/timeline/lanePicture'
import { type LaneContents, LanePixels, type SpectrogramColours } from '#renderer/timeline/lanePixels'
import type { Palette } from '#renderer/timeline/palette'
import type { Viewport } from '#renderer/timeline/viewport'

/** Everything that a lane shows at one time. */
export interface LaneScene {
  readonly picture: LanePicture
  readonly decorations: LaneDecorations
  readonly palette: Palette
  readonly colours: SpectrogramColours
  readonly viewport: Viewport
  readonly ratio: number
}

/**
 * The canvas of a lane. Keeps the pixels of its sound, so that scrolling paints only what comes in. An opaque one is put on the
 * screen faster; the other shows the spectrogram behind it. All its pixels come from memory, so it stays there.
 */
export class LaneCanvas {
  private pixels: LanePixels | undefined
  private image: ImageData | undefined
  private painted: LaneScene | undefined

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly contents: LaneContents,
    private readonly opaque: boolean,
  ) {}

  /** Draws a scene; `stale` says that more of the sound is known than when it was painted. */
  draw(scene: LaneScene, stale: boolean): void {
    const { grid, layout } = scene.picture
    const context = this.canvas.getContext('2d', { alpha: !this.opaque, willReadFrequently: true })
    if (!context || grid.count === 0) return
    if (this.canvas.width !== grid.count || this.canvas.height !== layout.height || !this.pixels || !this.image) {
      this.canvas.width = grid.count
      this.canvas.height = layout.height
      this.pixels = new LanePixels(grid.count, layout.height)
      this.image = new ImageData(this.pixels.bytes, grid.count)
      this.painted = undefined
    }
    this.paint(this.pixels, scene, stale)
    this.painted = scene
    context.putImageData(this.image, 0, 0)
    drawChrome(context, scene.picture, scene)
  }

  private paint(pixels: LanePixels, scene: LaneScene, stale: boolean): void {
    const { picture, palette, colours } = scene
    const moved = stale ? undefined : this.columnsMoved(scene)
    if (moved === 0) return
    if (moved === undefined || Math.abs(moved) >= pixels.width) {
      pixels.paint(picture, this.contents, palette, colours)
      return
    }
    pixels.shift(-moved)
    const [from, to] = moved > 0 ? [pixels.width - moved, pixels.width] : [0, -moved]
    pixels.paint(picture, this.contents, palette, colours, from, to)
  }

  /** Returns by how many columns a scene was scrolled since it was painted; undefined where more than that has changed. */
  private columnsMoved({ picture, palette, colours }: LaneScene): number | undefined {
    const before = this.painted
    if (!before || before.palette !== palette || before.colours !== colours) return undefined
    const { track, sources, layout, axis, verticalScale, audible, grid } = before.picture
    const same =
      sameSound(track, picture.track) && sources === picture.sources && layout === picture.layout && axis === picture.axis &&
      verticalScale === picture.verticalScale && audible === picture.audible && grid.framesPerColumn === picture.grid.framesPerColumn
    return same ? picture.grid.first - grid.first : undefined
  }
}

/** A track whose name or gain has changed looks the same. */
function sameSound(before: LanePicture['track'], after: LanePicture['track']): boolean {
  return before.clips === after.clips && before.role === after.role
}
