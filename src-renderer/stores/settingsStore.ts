import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import type { ActionId } from '#shared/actions/actions'
import { conflictOf, keymapOf, remap, resetKeys } from '#shared/actions/keymap'
import { defaultSettings, type Settings, type SettingsChange } from '#shared/settings/settings'

/** A mirror of the user's settings; the defaults until they are loaded. */
export const useSettingsStore = defineStore('settings', () => {
  const { client } = useOutside()
  const settings = shallowRef<Settings>(defaultSettings)
  /** What the user should know about how they were read. */
  const notice = shallowRef<string>()
  const keymap = computed(() => keymapOf(settings.value.shortcuts))

  /** Sections that have not changed stay the same objects, so that nobody who watches one begins anew because of another. */
  function accept(next: Settings): void {
    const before = settings.value
    const same = <Name extends keyof Settings>(name: Name) => JSON.stringify(before[name]) === JSON.stringify(next[name])
    const kept = Object.fromEntries(Object.keys(before).filter((name) => same(name as keyof Settings)).map((name) => [name, before[name as keyof Settings]]))
    settings.value = { ...next, ...kept }
  }

  /** Reads the settings and follows their changes from now on; returns how to stop. */
  async function follow(): Promise<() => void> {
    let isNewer = false
    const stop = client.on('settings.changed', (changed) => {
      isNewer = true
      accept(changed)
    })
    const facts = await client.settings.get()
    if (!isNewer) accept(facts.settings)
    notice.value = facts.notice
    return stop
  }

  /** Changes what is given and keeps the rest. @throws AppError when it cannot be kept; then nothing is changed */
  async function change(part: SettingsChange): Promise<void> {
    accept(await client.settings.change(part))
  }

  async function reset(): Promise<void> {
    accept(await client.settings.reset())
  }

  /** The other action that has one of `keys` already, for a question before `setKeys` takes it away. */
  function conflict(id: ActionId, keys: readonly string[]) {
    return conflictOf(id, keys, settings.value.shortcuts)
  }

  /** Gives an action these shortcuts, and takes them away from any other. */
  function setKeys(id: ActionId, keys: readonly string[]): Promise<void> {
    return change({ shortcuts: remap(id, keys, settings.value.shortcuts) })
  }

  /** Gives one action, or all of them, the default shortcuts. */
  function resetShortcuts(id?: ActionId): Promise<void> {
    return change({ shortcuts: id === undefined ? {} : resetKeys(id, settings.value.shortcuts) })
  }

  return { settings, notice, keymap, follow, change, reset, conflict, setKeys, resetShortcuts }
})
