import { defineStore } from 'pinia'
import { ref } from 'vue'

/** How the user looks at charts; the same for all runs. */
export const useChartStore = defineStore('charts', () => {
  const across = ref<'epochs' | 'steps' | 'time'>('epochs')
  /** Weight that a value keeps over one epoch, in [0, 0.95]. */
  const smoothing = ref(0.6)
  const logarithmic = ref(true)
  /** Charts that are shown as tables. */
  const tables = ref<readonly string[]>([])

  function toggleTable(chart: string): void {
    tables.value = tables.value.includes(chart) ? tables.value.filter((each) => each !== chart) : [...tables.value, chart]
  }

  return { across, smoothing, logarithmic, tables, toggleTable }
})
