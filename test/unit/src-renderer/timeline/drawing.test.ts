import { describe, expect, it } from 'vitest'
import { PeakCollector } from '#shared/audio/peaks'
import { choosePeakLevel, extremesOfPeaks } from '#renderer/timeline/extremes'
import { frequencyAxis } from '#renderer/timeline/frequencyAxis'
import { laneLayout } from '#renderer/timeline/laneLayout'
import { type LanePicture, spanInSource } from '#renderer/timeline/lanePicture'
import { clipTints, type LaneContents, LanePixels } from '#renderer/timeline/lanePixels'
import { doubtAt, formatDecibels } from '#renderer/timeline/laneChrome'
import { pixel, readPalette } from '#renderer/timeline/palette'
import { formatTick, rulerTicks } from '#renderer/timeline/rulerTicks'
import { coloursAsPixels, spectrogramColours } from '#renderer/timeline/spectrogramColours'
import { columnGrid } from '#renderer/timeline/viewport'
import { wheelViewport } from '#renderer/timeline/wheel'
import { randomStream } from '#shared/random'

const frames = 441_000
const random = randomStream(3)
const samples = Float32Array.from({ length: frames }, () => random.uniform() - 0.5)
const collector = new PeakCollector(44100, 1)
collector.add([samples])
const peaks = collector.finish()
const palette = readPalette({ getPropertyValue: () => '' })
const colours = coloursAsPixels(spectrogramColours('grey', -80))
const bands = { rows: 7, columns: 500, values: Uint8Array.from({ length: 3500 }, () => random.uniform() * 255) }
const contents: LaneContents = {
  extremes: (clip, { grid }) => extremesOfPeaks(choosePeakLevel(peaks, grid.framesPerColumn)!, spanInSource(clip, grid)),
  runs: (clip, { grid }) => [{ start: 0, count: clip.to - clip.from, bands, place: spanInSource(clip, grid).frame / 1000, step: grid.framesPerColumn / 1000 }],
}
const source = {
  soundId: 's', sampleRate: 44100, frames, peaks, spectrogram: undefined, tile: () => new Uint8Array(), samples: () => Promise.resolve([]),
}

function picture(scrollFrame: number, more: Partial<LanePicture> = {}): LanePicture {
  const clip = { id: 'c', sourceId: 's', start: 20_000, offset: 1000, length: 300_000, gain: -3, fadeIn: 30_000, fadeOut: 9000 }
  return {
    track: { id: 't', name: 'T', role: 'vocals', gain: 0, pan: 0, muted: false, soloed: false, view: 'both', clips: [clip] },
    sources: new Map([['s', source]]),
    grid: columnGrid({ framesPerPixel: 700, scrollFrame, width: 400 }, 1),
    layout: laneLayout(90, 'both'),
    axis: frequencyAxis('mel', 44100),
    verticalScale: 1.5,
    audible: true,
    ...more,
  }
}

describe('the pixels of a lane', () => {
  it.each([[0, 17], [17, 0], [0, 399], [300, 12]])('scrolled from column %i to %i are those painted there', (from, to) => {
    const scrolled = new LanePixels(400, 90)
    scrolled.paint(picture(from * 700), contents, palette, colours)
    scrolled.shift(from - to)
    const [first, end] = to > from ? [400 - (to - from), 400] : [0, from - to]
    scrolled.paint(picture(to * 700), contents, palette, colours, Math.max(0, first), Math.min(400, end))
    const painted = new LanePixels(400, 90)
    painted.paint(picture(to * 700), contents, palette, colours)
    expect(Buffer.compare(Buffer.from(scrolled.bytes.buffer), Buffer.from(painted.bytes.buffer))).toBe(0)
  })

  it('leave the spectrogram to the canvas behind, and nothing else', () => {
    const pixels = new LanePixels(400, 90)
    const { layout } = picture(0)
    pixels.paint(picture(0), contents, palette, undefined)
    const alpha = (x: number, y: number) => pixels.bytes[4 * (y * 400 + x) + 3]
    expect(alpha(200, layout.spectrogram!.top + 3)).toBe(0)
    expect(alpha(200, layout.waveform!.top + 3)).toBe(255)
    expect(alpha(5, layout.spectrogram!.top + 3)).toBe(255)
  })

  it('draw a full scale wave as high as its strip, and one of no gain as a line', () => {
    const loud = { ...contents, extremes: () => ({ low: new Float32Array(400).fill(-1), high: new Float32Array(400).fill(1) }) }
    const inked = (gain: number) => {
      const base = picture(0, { verticalScale: 1 })
      const clips = base.track.clips.map((clip) => ({ ...clip, gain, fadeIn: 0, fadeOut: 0 }))
      const pixels = new LanePixels(400, 90)
      pixels.paint({ ...base, track: { ...base.track, clips } }, loud, palette, colours)
      const wave = pixel(clipTints(palette, 'vocals', true).wave)
      const words = new Uint32Array(pixels.bytes.buffer)
      return Array.from({ length: 90 }, (_, y) => words[y * 400 + 200]).filter((colour) => colour === wave).length
    }
    const { height } = picture(0).layout.waveform!
    expect(inked(0)).toBe(height)
    expect(inked(-120)).toBeLessThanOrEqual(1)
  })
})

describe('the ruler', () => {
  it.each([0.01, 1, 40, 500, 5000, 200_000])('has labels that do not touch at %d frames a pixel', (framesPerPixel) => {
    const viewport = { framesPerPixel, scrollFrame: 1e6, width: 1500 }
    const labels = rulerTicks(viewport, 44100).filter(({ label }) => label !== undefined)
    for (let i = 1; i < labels.length; i++) expect((labels[i]!.frame - labels[i - 1]!.frame) / framesPerPixel).toBeGreaterThan(80)
    expect(new Set(labels.map(({ label }) => label)).size).toBe(labels.length)
  })

  it('writes times as they are read', () => {
    expect(formatTick(65, 5)).toBe('1:05')
    expect(formatTick(3725, 60)).toBe('1:02:05')
    expect(formatTick(1.25, 0.05)).toBe('0:01.25')
    expect(formatTick(59.9996, 0.001)).toBe('1:00.000')
    expect(formatTick(0.3, 0.1)).toBe('0:00.3')
  })
})

describe('the wheel', () => {
  const viewport = { framesPerPixel: 1000, scrollFrame: 1e6, width: 800 }
  const wheel = { deltaX: 0, deltaY: 100, deltaMode: 0, ctrlKey: false, metaKey: false, shiftKey: false }

  it('scrolls sideways, zooms with Ctrl about the pointer, and leaves a high stack of lanes to the page', () => {
    expect(wheelViewport(wheel, viewport, 0, 1e8, false)?.scrollFrame).toBe(1.1e6)
    expect(wheelViewport(wheel, viewport, 0, 1e8, true)).toBeUndefined()
    expect(wheelViewport({ ...wheel, shiftKey: true }, viewport, 0, 1e8, true)?.scrollFrame).toBe(1.1e6)
    const zoomed = wheelViewport({ ...wheel, ctrlKey: true, deltaY: -100 }, viewport, 400, 1e8, true)!
    expect(zoomed.framesPerPixel).toBeLessThan(1000)
    expect(zoomed.scrollFrame + 400 * zoomed.framesPerPixel).toBeCloseTo(1.4e6, 3)
  })
})

describe('figures', () => {
  it('are signed', () => {
    expect([3, -3.04, 0].map(formatDecibels)).toEqual(['+3.0 dB', '−3.0 dB', '0.0 dB'])
  })

  it('of doubt keep their peaks when many values share a column', () => {
    const doubt = { start: 1000, hop: 100, curve: [0, 0.2, 0.9, 0.1] }
    expect(doubtAt(doubt, 1100, 300)).toBe(0.9)
    expect(doubtAt(doubt, 1100, 10)).toBe(0.2)
    expect(doubtAt(doubt, 9000, 10)).toBe(0)
  })
})
