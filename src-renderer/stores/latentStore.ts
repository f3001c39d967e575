import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useBatchStore } from '#renderer/stores/batchStore'
import { useExploreStore } from '#renderer/stores/exploreStore'
import { createLatest } from '#renderer/stores/latest'
import { type ByModel, decodeMany, type UnmixedPictures } from '#renderer/stores/pictureRequests'
import { type EncodedLatents, type PicturePart, pictureParts } from '#shared/contract/playground'
import { type LatentChannel, moveChannels, type Posterior, rankChannels } from '#shared/images/latentChannels'
import type { Decodable } from '#shared/images/latentPath'
import { fitLatents, type LatentGaussians } from '#shared/images/priorSamples'
import { type Failure, toFailure } from '#shared/jobs/job'

type ByPart<Value> = Readonly<Record<PicturePart, Value>>

/** How far channels are moved, by channel, in their own standard deviations. */
type Offsets = ReadonlyMap<number, number>

/** What was measured of a model's latents, over a batch of pairs. */
interface LatentFacts {
  /** Channels, those that say most of a mixture first. */
  readonly ranking: ByPart<readonly LatentChannel[]>
  /** Where the latents of mixtures lie. */
  readonly fit: ByPart<LatentGaussians>
}

const unmoved: ByPart<Offsets> = { first: new Map(), second: new Map() }

/** The latents of the model that is looked into: which say most, how they are moved, and what it makes of them then. */
export const useLatentStore = defineStore('latents', () => {
  const { client } = useOutside()
  const explore = useExploreStore()
  const batch = useBatchStore()
  const measured = shallowRef<ReadonlyMap<string, LatentFacts>>(new Map())
  const offsets = shallowRef(unmoved)
  const moved = shallowRef<UnmixedPictures>()
  const failure = shallowRef<Failure>()
  /** What was measured of the model; undefined until then. */
  const facts = computed(() => (explore.model ? measured.value.get(explore.model.id) : undefined))
  const ranking = computed(() => facts.value?.ranking)
  const isMoved = computed(() => pictureParts.some((part) => [...offsets.value[part].values()].some((offset) => offset !== 0)))
  /** What the model makes of the latents as they are now. */
  const pictures = computed(() => (isMoved.value ? moved.value : undefined) ?? explore.answer?.pictures)
  const decode = createLatest(send)
  let enteredId: string | undefined

  /** Moves a channel of a part. */
  function move(part: PicturePart, channel: number, offset: number): void {
    offsets.value = { ...offsets.value, [part]: new Map(offsets.value[part]).set(channel, offset) }
  }

  function reset(): void {
    offsets.value = unmoved
  }

  /** Measures the latents of a model, once. A failure is the batch's. */
  async function measure(modelId: string): Promise<void> {
    if (measured.value.has(modelId)) return
    const outcome = await batch.judge(modelId)
    const latents = (outcome?.entries ?? []).flatMap((entry) => (entry.latents ? [entry.latents] : []))
    if (latents.length > 0) measured.value = new Map(measured.value).set(modelId, factsOf(latents))
  }

  async function send({ items, ...model }: ByModel & { items: readonly Decodable[] }): Promise<void> {
    const isWanted = () => isMoved.value && explore.model?.id === model.modelId
    try {
      const found = await decodeMany(client, model, items, isWanted)
      if (found) moved.value = found[0]
      failure.value = undefined
    } catch (error) {
      failure.value = toFailure(error)
    }
  }

  function decodeMoved(): void {
    const { model, answer } = explore
    if (!isMoved.value) moved.value = undefined
    if (!model || !answer?.latents || !ranking.value || !isMoved.value) return
    const { mixture, mixing } = answer.question
    const latents = { first: movedMeans('first', answer.latents), second: movedMeans('second', answer.latents) }
    void decode({ modelId: model.id, mixing, items: [{ latents, mixture: [...mixture] }] })
  }

  function movedMeans(part: PicturePart, latents: EncodedLatents): number[] {
    return moveChannels(latents[part].mean, ranking.value![part], offsets.value[part])
  }

  /** Another model has other latents: none of them is moved. */
  function enter(modelId: string | undefined): void {
    if (modelId !== enteredId) {
      offsets.value = unmoved
      moved.value = undefined
    }
    enteredId = modelId
    if (modelId !== undefined) void measure(modelId)
  }

  /** Decodes now, and whenever a channel is moved or the mixture changes; returns how to stop. */
  function follow(): () => void {
    const stops = [
      watch(() => explore.model?.id, enter, { immediate: true }),
      watch([() => explore.answer, offsets, ranking], decodeMoved, { immediate: true }),
    ]
    return () => stops.forEach((stop) => stop())
  }

  return { facts, ranking, offsets, isMoved, pictures, failure, move, reset, measure, follow }
})

function factsOf(latents: readonly EncodedLatents[]): LatentFacts {
  const { channels } = latents[0]!
  const byPart = <Value>(of: (posteriors: readonly Posterior[]) => Value): ByPart<Value> => ({
    first: of(latents.map(({ first }) => first)),
    second: of(latents.map(({ second }) => second)),
  })
  return { ranking: byPart((posteriors) => rankChannels(posteriors, channels)), fit: byPart(fitLatents) }
}
