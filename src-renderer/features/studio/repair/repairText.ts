import type { StemName } from '#shared/contract/separation'

/** What of a spectrogram is selected, as far as the panel tells it. */
export interface SelectedPart {
  readonly seconds: number
  /** Hertz. */
  readonly low: number
  readonly high: number
  readonly regions: number
}

/** Shortcuts of the panel's buttons, as the user reads them. */
export interface RepairKeys {
  readonly move?: string | undefined
  readonly listen?: string | undefined
  readonly nextSpot?: string | undefined
  readonly previousSpot?: string | undefined
}

export const stemTitles: Readonly<Record<StemName, string>> = { vocals: 'Vocals', accompaniment: 'Music' }

export function otherStem(stem: StemName): StemName {
  return stem === 'vocals' ? 'accompaniment' : 'vocals'
}

/** 1.25 s, 200 Hz to 3.4 kHz. */
export function describeSelection({ seconds, low, high, regions }: SelectedPart): string {
  const places = regions === 1 ? '' : `${regions} places, `
  return `${places}${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)} s, ${formatHertz(low)} to ${formatHertz(high)}`
}

export function formatHertz(hertz: number): string {
  return hertz < 1000 ? `${Math.round(Math.max(0, hertz))} Hz` : `${(hertz / 1000).toFixed(1)} kHz`
}

/** The slider runs in octaves of the mask exponent, so that both directions are as long. */
export const widestShape = 2

/** Returns the mask exponent of a place of the slider: 2 to the power of it, to two decimals. */
export function exponentAt(position: number): number {
  return Math.round(2 ** Math.min(widestShape, Math.max(-widestShape, position)) * 100) / 100
}

/** Returns where on the slider an exponent lies. */
export function positionOf(exponent: number): number {
  return Math.log2(exponent)
}

export function describeShape(exponent: number): string {
  if (exponent === 1) return 'As separated'
  return exponent > 1 ? `Cleaner × ${exponent.toFixed(2)}` : `Fuller × ${(1 / exponent).toFixed(2)}`
}

/** For the ear of a screen reader. */
export function spokenShape(exponent: number): string {
  if (exponent === 1) return 'as separated'
  return exponent > 1 ? `cleaner, ${exponent.toFixed(2)} times` : `fuller, ${(1 / exponent).toFixed(2)} times`
}
