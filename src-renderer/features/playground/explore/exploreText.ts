/** How far a latent can be moved either way, in its standard deviations. */
export const latentReach = 4

const signed = (offset: number) => offset.toFixed(1).replace('-', '−')

/** "+1.2 σ", and nothing where it was not moved. */
export function offsetText(offset: number): string {
  return offset === 0 ? '' : `${offset > 0 ? '+' : ''}${signed(offset)} σ`
}

/** As a screen reader says it. */
export function spokenOffset(offset: number): string {
  if (offset === 0) return 'as it was'
  return `${offset > 0 ? 'plus' : 'minus'} ${Math.abs(offset).toFixed(1)} standard deviations`
}

/** How much the latents of a part say of a mixture, all together. */
export function natsText(nats: number): string {
  if (nats < 0.05) return 'say nothing'
  return `say up to ${nats < 9.95 ? nats.toFixed(1) : nats.toFixed(0)} nats`
}

/** How well the prior stands for the latents of mixtures, whose distances from 0 are given in its standard deviations. */
export function priorWidthText(first: number, second: number): string {
  const [low, high] = [Math.min(first, second), Math.max(first, second)]
  if (high < 1.5 && low > 0.67) return 'The latents of mixtures follow the prior, as they were taught to.'
  const widths = `${first.toFixed(1)} (digit) and ${second.toFixed(1)} (garment) times as far from 0 as the prior`
  return `The latents of mixtures lie ${widths}: trained with a small weight of the KL divergence, this network did not have to keep to it. Draw where those of mixtures lie to see what it knows.`
}

/** How much of a picture has changed. */
export function changeText(largest: number): string {
  return largest < 0.0005 ? 'Unchanged' : `Changed by up to ${largest.toFixed(3)}`
}

/** Where one is on the way, from 0 to 1. */
export function wayText(share: number): string {
  if (share === 0) return 'at your pair'
  if (share === 1) return 'at the far pair'
  return `${Math.round(100 * share)} percent of the way`
}

/** Returns where an arrow key, Home or End goes from `at` in a grid of `columns`; undefined for any other key. */
export function gridStep(key: string, at: number, count: number, columns: number): number | undefined {
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + columns, ArrowUp: at - columns, Home: 0, End: count - 1 }[key]
  if (to === undefined) return undefined
  return to < 0 || to >= count ? at : to
}
