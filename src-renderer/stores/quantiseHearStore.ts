import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useGeneratePlaybackStore } from '#renderer/stores/generatePlaybackStore'
import type { CodedSound } from '#shared/contract/quantising'

/** By what sounds are given back: all models of an ablation, or one of the app's or the user's. */
export type CodedBy = { readonly ablationId: string } | { readonly modelId: string; readonly datasetId: string }

/** A sound as it is, and as models give it back, with a key for each of them that the player knows. */
export interface HeardSound {
  readonly key: string
  readonly coded: CodedSound
}

/** Sounds that go at once. */
export const heardCount = 3

/** Sounds that were held out, beside what quantised VAEs make of them. */
export const useQuantiseHearStore = defineStore('quantiseHear', () => {
  const client = useOutside().client.quantising
  const playback = useGeneratePlaybackStore()
  const by = shallowRef<CodedBy>()
  const seed = ref(1)
  const sounds = shallowRef<readonly HeardSound[]>([])
  const isBusy = ref(false)
  /** How often sounds were asked for: an older answer is not shown. */
  let asked = 0

  /** @throws AppError */
  async function show(coder: CodedBy): Promise<void> {
    by.value = coder
    await ask()
  }

  /** Shows the next sounds. @throws AppError */
  async function another(): Promise<void> {
    seed.value++
    await ask()
  }

  /** Shows the sounds of a seed. @throws AppError */
  async function sow(to: number): Promise<void> {
    seed.value = to
    await ask()
  }

  async function ask(): Promise<void> {
    const coder = by.value
    if (!coder) return
    const mine = ++asked
    isBusy.value = true
    try {
      const with_ = { seed: seed.value, count: heardCount }
      const coded = await ('ablationId' in coder ? client.hearAblation({ ...coder, ...with_ }) : client.reconstruct({ ...coder, ...with_ }))
      if (mine === asked) take(coded.map((each, at) => ({ key: `coded-${mine}-${at}`, coded: each })))
    } catch (error) {
      // What was shown belongs to another question.
      if (mine === asked) take([])
      throw error
    } finally {
      if (mine === asked) isBusy.value = false
    }
  }

  function take(heard: readonly HeardSound[]): void {
    if (sounds.value.some(({ key }) => playback.heard?.startsWith(key))) playback.stop()
    sounds.value = heard
  }

  /** What the player plays of a sound: first as it is, then as each model gives it back. */
  const shotsOf = ({ key, coded }: HeardSound) => [
    { key: `${key}-original`, sound: coded.original },
    ...coded.decoded.map(({ id, sound }) => ({ key: `${key}-${id}`, sound })),
  ]
  const playAll = (heard: HeardSound) => playback.play(shotsOf(heard))

  function clear(): void {
    asked++
    by.value = undefined
    isBusy.value = false
    take([])
  }

  return { by, seed, sounds, isBusy, show, another, sow, shotsOf, playAll, clear }
})
