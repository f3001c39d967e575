import type { PlaygroundPlace } from '#renderer/stores/playgroundStore'

const titles: readonly (readonly [PlaygroundPlace, string, tip: string])[] = [
  ['compare', 'Side by side', 'What each model makes of the mixture'],
  ['latents', 'Latents', 'What happens when a latent is moved'],
  ['between', 'Between two', 'From one mixture to another'],
  ['prior', 'From nothing', 'Pictures that a model makes up'],
  ['batch', 'Many at once', 'Many pairs, sorted by how well they were taken apart'],
]

/** Tabs of the right side of the page. */
export const places = titles.map(([name, title, tip]) => ({ name, title, tip, panelId: 'playground-place-panel' }))
