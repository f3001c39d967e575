import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { usePlaygroundStore } from '#renderer/stores/playgroundStore'
import { useUnmixingStore } from '#renderer/stores/unmixingStore'

/** The one model that is looked into, and what it made of the mixture. */
export const useExploreStore = defineStore('explore', () => {
  const playground = usePlaygroundStore()
  const unmixing = useUnmixingStore()
  const chosenId = ref<string>()
  const model = computed(() => playground.models.find(({ id }) => id === chosenId.value) ?? playground.chosen[0] ?? playground.models[0])
  const state = computed(() => (model.value ? unmixing.stateOf(model.value.id) : undefined))
  const answer = computed(() => state.value?.answer)

  function choose(modelId: string): void {
    chosenId.value = modelId
  }

  /** Has the model take the mixture apart while it is not among those that are shown, which are asked anyway; returns how to stop. */
  function follow(): () => void {
    const isShown = () => playground.chosen.some(({ id }) => id === model.value?.id)
    return watch([() => playground.mixture, () => model.value?.id, isShown], ([, id, shown]) => {
      if (id !== undefined && !shown) void playground.ask(id)
    }, { immediate: true })
  }

  return { model, state, answer, choose, follow }
})
