import { defineStore } from 'pinia'
import { ref } from 'vue'
import { useOutside, type ConnectionState } from '#renderer/api/host'

/** Whether the services can be reached; in the desktop window they always can. */
export const useConnectionStore = defineStore('connection', () => {
  const { host } = useOutside()
  const state = ref<ConnectionState>('connected')

  /** Follows the connection from now on; returns how to stop. */
  function follow(): () => void {
    return host.watchConnection?.((next) => (state.value = next)) ?? (() => {})
  }

  return { state, follow }
})
