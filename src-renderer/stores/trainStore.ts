import { defineStore } from 'pinia'
import { ref } from 'vue'

/** The steps of the way from recordings to a model, and what stands beside it. */
export type TrainPlace = 'collect' | 'check' | 'train' | 'listen' | 'teach' | 'runs' | 'studies' | 'discussion'

/** Where on the page of training the user is. */
export const useTrainStore = defineStore('train', () => {
  const place = ref<TrainPlace>('collect')
  /** In the first step: recordings are being added, instead of one of the datasets being shown. */
  const adding = ref(false)
  /** The folder that is being looked into. */
  const folder = ref('')
  /** In the third step: a new run is being prepared, instead of one of the runs being shown. */
  const preparing = ref(false)

  function go(next: TrainPlace): void {
    place.value = next
  }

  /** Lets recordings be added; with `path`, those of a folder. */
  function add(path?: string): void {
    place.value = 'collect'
    adding.value = true
    if (path !== undefined) folder.value = path
  }

  function prepareRun(): void {
    preparing.value = true
    place.value = 'train'
  }

  /** Shows the run that is selected. */
  function showRun(): void {
    preparing.value = false
    place.value = 'train'
  }

  return { place, adding, folder, preparing, go, add, prepareRun, showRun }
})
