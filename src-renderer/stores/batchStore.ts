import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { type EncodedPictures, unmixMany } from '#renderer/stores/pictureRequests'
import { type SourcePair, usePlaygroundStore } from '#renderer/stores/playgroundStore'
import { type Mixing, mixPictures } from '#shared/images/mixing'
import { type Failure, toFailure } from '#shared/jobs/job'

export const batchSize = 64

/** A pair of the batch, its mixture, and what a model made of that. */
export interface BatchEntry extends EncodedPictures {
  readonly sources: SourcePair
  readonly mixture: Float32Array
}

/** What a model made of a whole batch. */
export interface BatchOutcome {
  readonly modelId: string
  readonly mixing: Mixing
  readonly entries: readonly BatchEntry[]
}

/** Many pairs, of the kinds that are chosen for the two sources, and what a model makes of them all. */
export const useBatchStore = defineStore('batch', () => {
  const { client } = useOutside()
  const playground = usePlaygroundStore()
  const seed = ref(1)
  const drawn = shallowRef<{ readonly key: string; readonly pairs: readonly SourcePair[] }>()
  const outcome = shallowRef<BatchOutcome>()
  const failure = shallowRef<Failure>()
  /** The model that works now. */
  const workingId = ref<string>()
  /** What the pairs follow from. */
  const key = computed(() => JSON.stringify([seed.value, playground.choices.first, playground.choices.second]))
  let turn = 0

  function drawAgain(): void {
    seed.value++
  }

  /** Has a model take the whole batch apart. Returns the outcome; undefined where it failed, or where something else was asked for meanwhile. */
  async function judge(modelId: string): Promise<BatchOutcome | undefined> {
    const { mixing } = playground
    const mine = ++turn
    const isWanted = () => mine === turn
    workingId.value = modelId
    failure.value = undefined
    try {
      const pairs = await takePairs()
      const mixtures = pairs.map(({ first, second }) => mixPictures(first.pixels, second.pixels, mixing))
      const found = isWanted() ? await unmixMany(client, { modelId, mixing }, mixtures, isWanted) : undefined
      if (!found) return undefined
      outcome.value = { modelId, mixing, entries: found.map((each, at) => ({ ...each, sources: pairs[at]!, mixture: mixtures[at]! })) }
      return outcome.value
    } catch (error) {
      if (isWanted()) failure.value = toFailure(error)
      return undefined
    } finally {
      if (isWanted()) workingId.value = undefined
    }
  }

  async function takePairs(): Promise<readonly SourcePair[]> {
    const wanted = key.value
    if (drawn.value?.key === wanted) return drawn.value.pairs
    const [firsts, seconds] = await Promise.all([playground.draw('first', 2 * seed.value, batchSize), playground.draw('second', 2 * seed.value + 1, batchSize)])
    const pairs = firsts.map((first, at) => ({ first, second: seconds[at]! }))
    drawn.value = { key: wanted, pairs }
    return pairs
  }

  return { seed, key, outcome, failure, workingId, drawAgain, judge }
})
