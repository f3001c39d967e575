import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useExploreStore } from '#renderer/stores/exploreStore'
import { decodeMany, type UnmixedPictures, unmixMany } from '#renderer/stores/pictureRequests'
import { type SourcePair, usePlaygroundStore } from '#renderer/stores/playgroundStore'
import { watchSettled } from '#renderer/stores/watchSettled'
import type { EncodedLatents } from '#shared/contract/playground'
import { pathBetween } from '#shared/images/latentPath'
import { mixPictures } from '#shared/images/mixing'
import { type Failure, toFailure } from '#shared/jobs/job'

/** Pictures along the way, both ends included. */
export const pathLength = 31

/** What lies on the way, by the model that made it. */
export interface DecodedPath {
  readonly modelId: string
  /** What is mixed on the way: mixtures are blended as the latents are. */
  readonly mixtures: readonly Float32Array[]
  readonly pictures: readonly UnmixedPictures[]
  /** The network also looks at the blended mixtures. */
  readonly seesMixture: boolean
}

/** The way from the mixture that is shown to another one, through the latents of the model that is looked into. */
export const usePathStore = defineStore('path', () => {
  const { client } = useOutside()
  const playground = usePlaygroundStore()
  const explore = useExploreStore()
  /** The pair at the far end. */
  const far = shallowRef<SourcePair>()
  /** How far along the way one is: a place of the path. */
  const place = ref(0)
  const path = shallowRef<DecodedPath>()
  const failure = shallowRef<Failure>()
  const isWorking = ref(false)
  const farMixture = computed(() => far.value && mixPictures(far.value.first.pixels, far.value.second.pixels, playground.mixing))
  /** Far ends of one's own have seeds that no other pictures have. */
  let seed = 1_000_000
  let turn = 0

  /** Takes any pair for the far end. @throws AppError */
  async function drawFar(): Promise<void> {
    const [[first], [second]] = await Promise.all([playground.draw('first', seed++, 1), playground.draw('second', seed++, 1)])
    if (first && second) far.value = { first, second }
  }

  /** Takes the pair that is shown for the far end. */
  function keepFar(): void {
    far.value = playground.sources
  }

  /** Exchanges the ends. */
  function turnAround(): void {
    const near = playground.sources
    if (far.value) playground.take(far.value)
    far.value = near
    place.value = pathLength - 1 - place.value
  }

  async function decodePath(): Promise<void> {
    const { model } = explore
    if (!model || !farMixture.value) return
    const mine = ++turn
    const isWanted = () => mine === turn
    const { mixing } = playground
    const byModel = { modelId: model.id, mixing }
    const ends = [playground.mixture, farMixture.value]
    isWorking.value = true
    try {
      const [from, to] = (await unmixMany(client, byModel, ends, isWanted)) ?? []
      if (!from?.latents || !to?.latents) return
      const way = pathBetween({ latents: meansOf(from.latents), mixture: [...ends[0]!] }, { latents: meansOf(to.latents), mixture: [...ends[1]!] }, pathLength)
      const pictures = await decodeMany(client, byModel, way, isWanted)
      if (!pictures) return
      path.value = { modelId: model.id, mixtures: way.map(({ mixture }) => Float32Array.from(mixture)), pictures, seesMixture: from.latents.seesMixture }
      failure.value = undefined
    } catch (error) {
      if (isWanted()) failure.value = toFailure(error)
    } finally {
      if (isWanted()) isWorking.value = false
    }
  }

  /** Decodes the way now, and whenever its ends, the mixing or the model have changed; returns how to stop. */
  function follow(): () => void {
    return watchSettled([() => playground.mixture, farMixture, () => explore.model?.id], () => void decodePath())
  }

  return { far, farMixture, place, path, failure, isWorking, drawFar, keepFar, turnAround, decodePath, follow }
})

function meansOf({ first, second }: EncodedLatents) {
  return { first: first.mean, second: second.mean }
}
