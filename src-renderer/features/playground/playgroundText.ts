import type { PictureScores } from '#renderer/features/playground/pictureScores'
import { shapes, type Source, type SourceChoice } from '#renderer/stores/playgroundStore'
import type { ModelCard, UnmixerFacts } from '#shared/contract/models'
import type { PicturePart, PictureSet } from '#shared/contract/playground'
import type { Mixing, MixingRule } from '#shared/images/mixing'

/** What the parts of a mixture are called; "Digit" has the colour of vocals, "Garment" that of music. */
export const partTitles: Readonly<Record<PicturePart, string>> = { first: 'Digit', second: 'Garment' }
export const partColours: Readonly<Record<PicturePart | 'mixture', string>> = { first: 'var(--vocals)', second: 'var(--accompaniment)', mixture: 'var(--mix)' }

export const ruleTitles: Readonly<Record<MixingRule, string>> = { average: 'Average', sum: 'Sum', max: 'Brighter pixel', alpha: 'Blend' }

/** What a rule does with two pixels, in short. */
export function ruleText({ rule, level }: Mixing): string {
  const share = level.toFixed(2)
  if (rule === 'alpha') return `${share} × digit + ${(1 - level).toFixed(2)} × garment`
  return { average: '(digit + garment) / 2', sum: 'digit + garment, white at most', max: 'whichever is brighter' }[rule]
}

/** What a source shows: "7", "Sandal"; undefined where nobody has said it. */
export function classOf(part: PicturePart, { origin }: Source, sets: readonly PictureSet[]): string | undefined {
  if (origin.kind === 'hand' || origin.label === undefined) return undefined
  if (origin.kind === 'shape') return shapes[part].names[origin.label]
  return sets.find(({ id }) => id === origin.setId)?.classes[origin.label] ?? String(origin.label)
}

/** Where a source comes from. */
export function originText({ origin }: Source, sets: readonly PictureSet[]): string {
  if (origin.kind === 'hand') return 'Drawn by hand'
  if (origin.kind === 'shape') return 'Drawn by Stemwright'
  return `${sets.find(({ id }) => id === origin.setId)?.name ?? 'A dataset'}, no. ${origin.index}`
}

/** What a screen reader says of a source. */
export function describeSource(part: PicturePart, source: Source, sets: readonly PictureSet[]): string {
  return [partTitles[part], classOf(part, source, sets), originText(source, sets)].filter(Boolean).join(', ')
}

/** Choices of where pictures of a part come from, as a list shows them. */
export function originChoices(sets: readonly PictureSet[]): readonly { value: SourceChoice['from']; title: string }[] {
  return [...sets.map(({ id, name }) => ({ value: id, title: name })), { value: 'shapes', title: 'Drawn by Stemwright' }, { value: 'hand', title: 'Drawn by hand' }]
}

/** A squared error with as many digits as tell good from very good. */
export const formatMse = (mse: number): string => (mse === 0 ? '0' : mse.toFixed(5))
export const formatPsnr = (decibels: number): string => (decibels === Infinity ? '∞' : `${decibels.toFixed(1)} dB`)
export const formatSsim = (similarity: number): string => similarity.toFixed(3).replace('-', '−')

/** Figures of a picture by their names; dashes as long as there are none. */
export function scoreRows(scores: PictureScores | undefined): readonly (readonly [name: string, value: string])[] {
  return [
    ['MSE', scores ? formatMse(scores.mse) : '–'],
    ['PSNR', scores ? formatPsnr(scores.psnr) : '–'],
    ['SSIM', scores ? formatSsim(scores.ssim) : '–'],
  ]
}

/** How far the mixture of a model's two pictures is from the one that it was given. */
export function formatDifference(largest: number | undefined): string {
  if (largest === undefined) return '–'
  return largest <= 1e-6 ? 'Mixes to the mixture exactly' : `Up to ${largest.toFixed(3)} from the mixture`
}

const networkTitles: Readonly<Record<UnmixerFacts['network'], string>> = { dense: 'Dense VAE', bottleneck: 'VAE without skips', skip: 'VAE with skips', unet: 'Plain U-Net' }

/** What a model is, how large, and how fast it answered. */
export function networkText({ unmixer, parameters }: ModelCard, milliseconds: number | undefined): string {
  const size = parameters < 1e5 ? `${(parameters / 1e3).toFixed(1)} k` : `${(parameters / 1e6).toFixed(2)} M`
  const speed = milliseconds === undefined ? [] : [`${Math.max(1, Math.round(milliseconds))} ms`]
  return [...(unmixer ? [networkTitles[unmixer.network]] : []), `${size} parameters`, ...speed].join(' · ')
}

/** Says that a model has learned from other mixtures than those of now, where that is so. */
export function mixingNote({ unmixer }: ModelCard, { rule, level }: Mixing): string | undefined {
  if (!unmixer) return undefined
  const learned = unmixer.mixing
  const levelOf = (each: Mixing) => ({ average: 0.5, alpha: each.level, sum: undefined, max: undefined })[each.rule]
  const isLearned = (learned.rule === rule && rule !== 'alpha') || (levelOf(learned) !== undefined && levelOf(learned) === levelOf({ rule, level }))
  if (isLearned) return undefined
  const title = ruleTitles[learned.rule].toLowerCase()
  return `Has learned only from the ${learned.rule === 'alpha' ? `${title} at ${learned.level}` : title}`
}
