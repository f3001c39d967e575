import { noteName } from '#renderer/timeline/pitch'
import type { HoverReadout } from '#renderer/timeline/timelineEvents'
import { formatTick } from '#renderer/timeline/rulerTicks'

/** Returns what is told about a place of the timeline. */
export function readoutAt(
  place: { readonly trackId: string | undefined; readonly frame: number; readonly hertz: number | undefined; readonly decibels: number | undefined },
  sampleRate: number,
): HoverReadout {
  const { trackId, frame, hertz, decibels } = place
  return { trackId, frame, seconds: frame / sampleRate, hertz, note: hertz === undefined ? undefined : noteName(hertz), decibels }
}

/** Returns a readout as a line of text, its parts in the order time, frequency, note, level. */
export function formatReadout({ seconds, hertz, note, decibels }: HoverReadout): string[] {
  const parts = [formatTick(seconds, 0.001)]
  if (hertz !== undefined) parts.push(hertz < 1000 ? `${hertz.toFixed(1)} Hz` : `${(hertz / 1000).toFixed(3)} kHz`)
  if (note !== undefined) parts.push(note)
  if (decibels !== undefined) parts.push(decibels === -Infinity ? '−∞ dB' : `${decibels < 0 ? '−' : ''}${Math.abs(decibels).toFixed(1)} dB`)
  return parts
}
