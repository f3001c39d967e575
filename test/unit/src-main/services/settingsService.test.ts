import { describe, expect, it } from 'vitest'
import type { DocumentFile } from '#main/services/platform'
import { createSettingsService } from '#main/services/settingsService'
import { AppError } from '#shared/errors'
import { defaultSettings, readSettings, type Settings } from '#shared/settings/settings'

/** A file in memory; `full` makes the next write fail. */
function fakeFile(content?: string) {
  const state = { content, aside: [] as string[], full: false, reads: 0 }
  const file: DocumentFile = {
    async read() {
      state.reads++
      return state.content
    },
    async write(next) {
      await Promise.resolve()
      if (state.full) throw new AppError('DISK_FULL', 'The disk is full.')
      state.content = next
    },
    async setAside() {
      state.aside.push(state.content!)
      state.content = undefined
      return '/data/settings.json.damaged-1'
    },
  }
  return { file, state }
}

function open(content?: string) {
  const { file, state } = fakeFile(content)
  const told: Settings[] = []
  return { service: createSettingsService(file, (settings) => told.push(settings)), state, told }
}

describe('settings', () => {
  it('are the defaults until something is changed, and a change keeps the rest', async () => {
    const { service, state, told } = open()
    expect(await service.get()).toEqual({ settings: defaultSettings })
    const changed = await service.change({ export: { format: 'flac' } })
    expect(changed.export).toEqual({ format: 'flac', template: '{title} - {stem}' })
    expect(changed.spectrogram).toEqual(defaultSettings.spectrogram)
    expect(readSettings(JSON.parse(state.content!))).toEqual(changed)
    expect(told).toEqual([changed])
    expect(await open(state.content).service.get()).toEqual({ settings: changed })
  })

  it('keep both of two changes that are made at the same time', async () => {
    const { service } = open()
    await Promise.all([service.change({ export: { format: 'flac' } }), service.change({ spectrogram: { scale: 'log' } })])
    const { settings } = await service.get()
    expect([settings.export.format, settings.spectrogram.scale]).toEqual(['flac', 'log'])
  })

  it('stay as they were when they cannot be written, and can be changed later', async () => {
    const { service, state, told } = open()
    state.full = true
    await expect(service.change({ desktop: { notify: false } })).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect((await service.get()).settings).toEqual(defaultSettings)
    expect(told).toEqual([])
    state.full = false
    expect((await service.change({ desktop: { notify: false } })).desktop.notify).toBe(false)
  })

  it.each([
    ['cut off', '{"version":1,"export":{"for'],
    ['of a newer version', '{"version":2}'],
    ['with a value that is none', '{"version":1,"export":{"format":"wax cylinder"}}'],
    ['no object', '[]'],
  ])('set a file aside that is %s, and say so', async (_what, content) => {
    const { service, state } = open(content)
    const { settings, notice } = await service.get()
    expect(settings).toEqual(defaultSettings)
    expect(notice).toContain('/data/settings.json.damaged-1')
    expect(state.aside).toEqual([content])
    await service.change({ spectrogram: { colourMap: 'grey' } })
    expect(readSettings(JSON.parse(state.content!)).spectrogram.colourMap).toBe('grey')
  })

  it('take missing sections from the defaults and forget shortcuts of actions that are gone', () => {
    const read = readSettings({ version: 1, shortcuts: { 'marker.add': ['K'], 'teleport.home': ['T'] }, project: {} })
    expect(read).toEqual({ ...defaultSettings, shortcuts: { 'marker.add': ['K'] } })
  })
})
