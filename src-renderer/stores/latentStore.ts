import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useBatchStore } from '#renderer/stores/batchStore'
import { useExploreStore } from '#renderer/stores/exploreStore'
import { createLatest } from '#renderer/stores/latest'
import { type ByModel, decodeMany, type UnmixedPictures } from '#renderer/stores/pictureRequests'
import { type EncodedLatents, type PicturePart, pictureParts } from '#shared/contract/playground'
import { type LatentChannel, moveChannels, rankChannels } from '#shared/images/latentChannels'
import type { Decodable } from '#shared/images/latentPath'
import { type Failure, toFailure } from '#shared/jobs/job'

type ByPart<Value> = Readonly<Record<PicturePart, Value>>

/** How far channels are moved, by channel, in their own standard deviations. */
type Offsets = ReadonlyMap<number, number>
const unmoved: ByPart<Offsets> = { first: new Map(), second: new Map() }

/** The latents of the model that is looked into: which say most, how they are moved, and what it makes of them then. */
export const useLatentStore = defineStore('latents', () => {
  const { client } = useOutside()
  const explore = useExploreStore()
  const batch = useBatchStore()
  const rankings = shallowRef<ReadonlyMap<string, ByPart<readonly LatentChannel[]>>>(new Map())
  const offsets = shallowRef(unmoved)
  const moved = shallowRef<UnmixedPictures>()
  const failure = shallowRef<Failure>()
  /** Channels of the model, those that say most of a mixture first; undefined until they were measured. */
  const ranking = computed(() => (explore.model ? rankings.value.get(explore.model.id) : undefined))
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

  /** Measures over a batch of pairs which channels of a model say most. Tells of a failure in the batch. */
  async function rank(modelId: string): Promise<void> {
    if (rankings.value.has(modelId)) return
    const outcome = await batch.judge(modelId)
    const latents = (outcome?.entries ?? []).flatMap((entry) => (entry.latents ? [entry.latents] : []))
    if (latents.length > 0) rankings.value = new Map(rankings.value).set(modelId, rankParts(latents))
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
    if (modelId !== undefined) void rank(modelId)
  }

  /** Decodes now, and whenever a channel is moved or the mixture changes; returns how to stop. */
  function follow(): () => void {
    const stops = [
      watch(() => explore.model?.id, enter, { immediate: true }),
      watch([() => explore.answer, offsets, ranking], decodeMoved, { immediate: true }),
    ]
    return () => stops.forEach((stop) => stop())
  }

  return { ranking, offsets, isMoved, pictures, failure, move, reset, rank, follow }
})

function rankParts(latents: readonly EncodedLatents[]): ByPart<readonly LatentChannel[]> {
  const of = (part: PicturePart) => rankChannels(latents.map((each) => each[part]), latents[0]!.channels)
  return { first: of('first'), second: of('second') }
}
