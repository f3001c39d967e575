import type { Project } from '#shared/project/project'
import { choosePeakLevel, extremesOfPeaks } from '#renderer/timeline/extremes'
import type { LaneSources } from '#renderer/timeline/laneSource'
import { spanInSource, visibleClips } from '#renderer/timeline/lanePicture'
import { css, type Palette } from '#renderer/timeline/palette'
import { columnGrid, columnOf, type Viewport } from '#renderer/timeline/viewport'

export const overviewHeight = 44

/** What the minimap shows. */
export interface OverviewScene {
  readonly project: Project
  readonly sources: LaneSources
  /** Of the minimap: all of the project. */
  readonly viewport: Viewport
  /** Of the project. */
  readonly frames: number
  readonly verticalScale: number
  readonly palette: Palette
  readonly ratio: number
}

/** Draws all tracks' waveforms over one another in their colours: the mixture behind, or the stems where there is none. */
export function drawOverview(context: CanvasRenderingContext2D, scene: OverviewScene): void {
  const { project, viewport, palette, ratio } = scene
  const height = Math.round(overviewHeight * ratio)
  const grid = columnGrid(viewport, ratio)
  context.fillStyle = css(palette.surface)
  context.fillRect(0, 0, grid.count, height)
  const mixtures = project.tracks.filter(({ role }) => role === 'mixture')
  const others = project.tracks.filter(({ role }) => role !== 'mixture')
  for (const track of [...mixtures, ...others]) drawTrack(context, track, scene, track.role === 'mixture' ? 0.45 : 0.6)
  context.fillStyle = css(palette.warn)
  for (const { at } of project.markers) context.fillRect(columnOf(grid, at), 0, Math.max(1, Math.round(ratio)), height)
  if (!project.loop) return
  const left = columnOf(grid, project.loop.start)
  context.fillStyle = css(project.loop.enabled ? palette.accent : palette.muted)
  context.fillRect(left, 0, Math.max(1, columnOf(grid, project.loop.end) - left), Math.round(3 * ratio))
}

function drawTrack(context: CanvasRenderingContext2D, track: Project['tracks'][number], scene: OverviewScene, alpha: number): void {
  const { sources, viewport, verticalScale, palette, ratio } = scene
  const grid = columnGrid(viewport, ratio)
  const half = Math.round(overviewHeight * ratio) / 2
  context.fillStyle = css(palette.roles[track.role], alpha)
  for (const clip of visibleClips({ track, sources, grid }, 0, grid.count)) {
    const { peaks } = clip.source ?? {}
    const level = peaks && (choosePeakLevel(peaks, grid.framesPerColumn) ?? peaks.levels[0])
    if (!level) continue
    const { low, high } = extremesOfPeaks(level, spanInSource(clip, grid))
    const scale = half * verticalScale * 10 ** (clip.clip.gain / 20)
    for (let i = 0; i < low.length; i++) {
      if (low[i]! > high[i]!) continue
      const top = Math.max(0, half - high[i]! * scale)
      context.fillRect(clip.from + i, top, 1, Math.max(1, Math.min(2 * half, half - low[i]! * scale) - top))
    }
  }
}
