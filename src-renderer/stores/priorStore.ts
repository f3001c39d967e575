import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useExploreStore } from '#renderer/stores/exploreStore'
import { createLatest } from '#renderer/stores/latest'
import { decodeMany, type UnmixedPictures } from '#renderer/stores/pictureRequests'
import { watchSettled } from '#renderer/stores/watchSettled'
import { priorLatents } from '#shared/images/priorSamples'
import { type Failure, toFailure } from '#shared/jobs/job'

export const sampleCount = 8

/** Pictures that the model that is looked into makes of latents drawn at random, in place of those of a mixture. */
export const usePriorStore = defineStore('prior', () => {
  const { client } = useOutside()
  const explore = useExploreStore()
  const seed = ref(1)
  /** Standard deviation of the latents; the prior has 1. */
  const spread = ref(1)
  const samples = shallowRef<{ readonly modelId: string; readonly pictures: readonly UnmixedPictures[] }>()
  const failure = shallowRef<Failure>()
  const draw = createLatest<void>(drawNow)

  async function drawNow(): Promise<void> {
    const { model, answer } = explore
    if (!model || !answer?.latents) return
    const { first, second } = answer.latents
    const { mixture, mixing } = answer.question
    const latents = priorLatents(seed.value, sampleCount, { first: first.mean.length, second: second.mean.length }, spread.value)
    const isWanted = () => explore.model?.id === model.id
    try {
      const pictures = await decodeMany(client, { modelId: model.id, mixing }, latents.map((each) => ({ latents: each, mixture: [...mixture] })), isWanted)
      if (pictures) samples.value = { modelId: model.id, pictures }
      failure.value = undefined
    } catch (error) {
      failure.value = toFailure(error)
    }
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

  function widen(to: number): void {
    spread.value = to
    void draw()
  }

  return { seed, spread, samples, failure, again, sow, widen, follow }
})
