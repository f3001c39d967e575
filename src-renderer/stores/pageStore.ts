import { defineStore } from 'pinia'
import { ref } from 'vue'

export type PageName = 'studio' | 'train' | 'models' | 'playground' | 'lab'

/** Which page of the window is shown. */
export const usePageStore = defineStore('page', () => {
  const page = ref<PageName>('studio')

  function show(next: PageName): void {
    page.value = next
  }

  return { page, show }
})
