import { createPinia, setActivePinia } from 'pinia'
import { createApp } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { useSettingsStore } from '#renderer/stores/settingsStore'
import { changeSettings, defaultSettings, type Settings, type SettingsChange } from '#shared/settings/settings'

let kept: Settings
let emit: (event: unknown) => void
let isFull: boolean
let beforeAnswer: () => void

beforeEach(() => {
  kept = defaultSettings
  isFull = false
  beforeAnswer = () => {}
  const host: Host = {
    transport: {
      async request(name, payload) {
        beforeAnswer()
        if (name === 'settings.get') return { ok: true, result: { settings: defaultSettings, notice: 'It was damaged.' } }
        if (isFull) return { ok: false, error: { code: 'DISK_FULL', message: 'Full.' } }
        kept = changeSettings(kept, payload as SettingsChange)
        return { ok: true, result: kept }
      },
      onEvent(callback) {
        emit = callback
        return () => {}
      },
    },
    sourceOf: () => Promise.reject(new Error('not used')),
    chooseExportTarget: () => Promise.resolve(undefined),
    beginDrag: () => Promise.resolve(),
  }
  const pinia = createPinia()
  createApp({}).provide(outsideKey, createOutside(host, () => 0)).use(pinia)
  setActivePinia(pinia)
})

describe('the mirror of the settings', () => {
  it('does not let what was asked for before undo a change that came meanwhile, and keeps the notice', async () => {
    const changed = changeSettings(defaultSettings, { export: { format: 'mp3' } })
    beforeAnswer = () => emit({ name: 'settings.changed', payload: changed })
    const store = useSettingsStore()
    await store.follow()
    expect([store.settings.export.format, store.notice]).toEqual(['mp3', 'It was damaged.'])
  })

  it('moves a shortcut to another action, after telling who has it', async () => {
    const store = useSettingsStore()
    expect(store.conflict('marker.add', ['L'])).toEqual({ keys: 'L', with: 'loop.toggle' })
    await store.setKeys('marker.add', ['L'])
    expect(store.keymap.get('L')).toBe('marker.add')
    expect(kept.shortcuts).toEqual({ 'marker.add': ['L'], 'loop.toggle': [] })
    await store.resetShortcuts('loop.toggle')
    expect([store.keymap.get('L'), store.keymap.get('B')]).toEqual(['loop.toggle', undefined])
    await store.resetShortcuts()
    expect(store.keymap.get('B')).toBe('marker.add')
  })

  it('leaves a section the same object when another one changes, for those who watch it', async () => {
    const store = useSettingsStore()
    await store.follow()
    const { spectrogram } = store.settings
    emit({ name: 'settings.changed', payload: structuredClone(changeSettings(defaultSettings, { export: { format: 'mp3' } })) })
    expect(store.settings.spectrogram).toBe(spectrogram)
    expect(store.settings.export.format).toBe('mp3')
  })

  it('shows what is kept, not what could not be', async () => {
    const store = useSettingsStore()
    isFull = true
    await expect(store.change({ spectrogram: { scale: 'log' } })).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(store.settings.spectrogram.scale).toBe('mel')
  })
})
