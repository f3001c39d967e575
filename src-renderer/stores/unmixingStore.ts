import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { createLatest } from '#renderer/stores/latest'
import { picturesOf, type UnmixedPictures } from '#renderer/stores/pictureRequests'
import type { EncodedUnmixed } from '#shared/contract/playground'
import type { Mixing } from '#shared/images/mixing'
import { type Failure, toFailure } from '#shared/jobs/job'

/** A mixture, what it was made of, and how. */
export interface Question {
  readonly first: Float32Array
  readonly second: Float32Array
  readonly mixture: Float32Array
  readonly mixing: Mixing
}

/** The last answer of a model, with the question that it belongs to. */
export interface Answer {
  readonly question: Question
  readonly pictures: UnmixedPictures
  readonly latents: EncodedUnmixed['latents']
  /** From question to answer; undefined of the first, for which the model may have had to be made ready. */
  readonly milliseconds: number | undefined
}

/** How it stands with a model: its last answer, and why there is none to the last question. */
export interface UnmixingState {
  readonly answer: Answer | undefined
  readonly failure: Failure | undefined
}

const nothing: UnmixingState = { answer: undefined, failure: undefined }

/** What models made of the mixtures that they were asked about: of each model one question at a time, and then the newest. */
export const useUnmixingStore = defineStore('unmixing', () => {
  const { client, now } = useOutside()
  const states = shallowRef<ReadonlyMap<string, UnmixingState>>(new Map())
  const asking = new Map<string, (question: Question) => Promise<void>>()

  const stateOf = (modelId: string): UnmixingState => states.value.get(modelId) ?? nothing

  /** Asks a model; what it answers is in its state. Ends when it has answered the newest question. */
  function ask(modelId: string, question: Question): Promise<void> {
    const send = asking.get(modelId) ?? createLatest<Question>((each) => answer(modelId, each))
    asking.set(modelId, send)
    return send(question)
  }

  async function answer(modelId: string, question: Question): Promise<void> {
    const began = now()
    try {
      const { mixture, mixing } = question
      const [unmixed] = await client.playground.unmix({ modelId, ...mixing, mixtures: [Array.from(mixture)] })
      accept(modelId, { answer: { question, pictures: picturesOf(unmixed!), latents: unmixed!.latents, milliseconds: stateOf(modelId).answer && now() - began }, failure: undefined })
    } catch (error) {
      accept(modelId, { ...stateOf(modelId), failure: toFailure(error) })
    }
  }

  function accept(modelId: string, state: UnmixingState): void {
    states.value = new Map(states.value).set(modelId, state)
  }

  return { stateOf, ask }
})
