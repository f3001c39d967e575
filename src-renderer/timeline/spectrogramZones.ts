import { laneLayout } from '#renderer/timeline/laneLayout'
import type { LaneContents } from '#renderer/timeline/lanePixels'
import { visibleClips } from '#renderer/timeline/lanePicture'
import type { PlacedLane } from '#renderer/timeline/pointer'
import type { SpectrogramZone } from '#renderer/timeline/spectrogramGl'

/**
 * Returns the zones of all clips that are seen on a canvas whose upper edge is at `clientTop` of the page.
 * @param height CSS pixels that are seen
 */
export function zonesOf(lanes: readonly PlacedLane[], clientTop: number, height: number, ratio: number, contents: LaneContents): SpectrogramZone[] {
  return lanes.flatMap(({ picture, clientTop: laneTop, height: laneHeight }) => {
    const top = laneTop - clientTop
    const strip = laneLayout(laneHeight, picture.track.view, ratio).spectrogram
    if (!strip || top >= height || top + laneHeight <= 0) return []
    return visibleClips(picture, 0, picture.grid.count).map((clip) => ({
      left: clip.from,
      top: Math.round(top * ratio) + strip.top,
      width: clip.to - clip.from,
      height: strip.height,
      runs: contents.runs(clip, picture),
    }))
  })
}
