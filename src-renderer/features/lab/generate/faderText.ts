import { type LatentFader, soundQualities } from '#shared/contract/generating'

const titles = { brightness: 'Brightness', loudness: 'Loudness', noisiness: 'Noisiness' } as const
const more = { brightness: 'brighter', loudness: 'louder', noisiness: 'noisier' } as const
const less = { brightness: 'darker', loudness: 'quieter', noisiness: 'clearer' } as const

export const faderTitle = ({ quality }: Pick<LatentFader, 'quality'>) => titles[quality]

/** How well a fader does what it says: "r 0.83". A fader is turned around where its correlation is negative, so that more is more. */
export const correlationText = ({ correlation }: Pick<LatentFader, 'correlation'>) => `r ${Math.abs(correlation).toFixed(2)}`

/** A place as a screen reader says it: "1.5 deviations brighter". */
export function spokenMove({ quality }: Pick<LatentFader, 'quality'>, by: number): string {
  if (by === 0) return 'as it was'
  return `${Math.abs(by).toFixed(1)} deviations ${by > 0 ? more[quality] : less[quality]}`
}

/** A place as it is read: "+1.5". */
export const moveText = (by: number) => (by === 0 ? '0' : `${by > 0 ? '+' : '−'}${Math.abs(by).toFixed(1)}`)

/** Returns for each quality the fader that goes with it best, and all others behind, best first. */
export function rankedFaders(faders: readonly LatentFader[]): { main: LatentFader[]; more: LatentFader[] } {
  const ranked = faders.toSorted((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation))
  const main = soundQualities.flatMap((quality) => ranked.find((fader) => fader.quality === quality) ?? [])
  return { main, more: ranked.filter((fader) => !main.includes(fader)) }
}
