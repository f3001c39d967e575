import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useExploreStore } from '#renderer/stores/exploreStore'
import { createLatest } from '#renderer/stores/latest'
import { useLatentStore } from '#renderer/stores/latentStore'
import { decodeMany, type UnmixedPictures } from '#renderer/stores/pictureRequests'
import { watchSettled } from '#renderer/stores/watchSettled'
import type { EncodedLatents } from '#shared/contract/playground'
import { drawLatents, standardPrior } from '#shared/images/priorSamples'
import { type Failure, toFailure } from '#shared/jobs/job'

export const sampleCount = 8

/** What latents are drawn from: the prior, or where those of real mixtures lie. */
export type LatentOrigin = 'prior' | 'mixtures'

/** Pictures that the model that is looked into makes of latents drawn at random, in place of those of a mixture. */
export const usePriorStore = defineStore('prior', () => {
  const { client } = useOutside()
  const explore = useExploreStore()
  const latents = useLatentStore()
  const seed = ref(1)
  const origin = ref<LatentOrigin>('prior')
  /** What deviations are multiplied by. */
  const spread = ref(1)
  const samples = shallowRef<{ readonly modelId: string; readonly pictures: readonly UnmixedPictures[] }>()
  const failure = shallowRef<Failure>()
  const draw = createLatest<void>(drawNow)

  async function drawNow(): Promise<void> {
    const { model, answer } = explore
    if (!model || !answer?.latents) return
    const isWanted = () => explore.model?.id === model.id
    await latents.measure(model.id)
    const from = isWanted() ? gaussiansOf(answer.latents) : undefined
    if (!from) return
    const { mixture, mixing } = answer.question
    const items = drawLatents(seed.value, sampleCount, from, spread.value).map((each) => ({ latents: each, mixture: [...mixture] }))
    try {
      const pictures = await decodeMany(client, { modelId: model.id, mixing }, items, isWanted)
      if (pictures) samples.value = { modelId: model.id, pictures }
      failure.value = undefined
    } catch (error) {
      failure.value = toFailure(error)
    }
  }

  function gaussiansOf({ first, second }: EncodedLatents) {
    return origin.value === 'prior' ? { first: standardPrior(first.mean.length), second: standardPrior(second.mean.length) } : latents.facts?.fit
  }

  /** Draws now, and whenever the mixture or the model have changed; returns how to stop. */
  function follow(): () => void {
    return watchSettled([() => explore.answer, () => explore.model?.id], () => void draw())
  }

  function again(): void {
    sow(seed.value + 1)
  }

  /** @param to a whole number from 0 */
  function sow(to: number): void {
    seed.value = to
    void draw()
  }

  function drawFrom(to: LatentOrigin): void {
    origin.value = to
    void draw()
  }

  function widen(to: number): void {
    spread.value = to
    void draw()
  }

  return { seed, origin, spread, samples, failure, again, sow, drawFrom, widen, follow }
})
