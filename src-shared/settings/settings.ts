import { z } from 'zod'
import { type ActionId, actionIds, isActionId } from '#shared/actions/actions'
import { isKeys } from '#shared/actions/keys'
import { renderFormat } from '#shared/contract/render'
import { quality } from '#shared/contract/separation'

/** The newest version of the settings' file. */
export const settingsVersion = 1

export const frequencyScales = ['mel', 'linear', 'log'] as const
export type FrequencyScale = (typeof frequencyScales)[number]

export const colourMaps = ['magma', 'viridis', 'grey'] as const

/** Seconds within which edits are kept for after a crash. */
export const autosaveChoices = [2, 5, 10, 20] as const

const shortcut = z.string().refine(isKeys, 'is no shortcut')
const remaps = z.partialRecord(z.enum(actionIds), z.array(shortcut).max(4).readonly())

/** What the export dialog begins with. */
const exportSettings = z.strictObject({
  format: renderFormat,
  /** File name without extension, as in `render`. */
  template: z.string().trim().min(1).max(200),
})

/** What the split dialog begins with. */
const separationSettings = z.strictObject({
  quality,
  /** Empty for the app's own default, which also takes the place of one that is not installed any more. */
  modelId: z.string(),
})

const spectrogramSettings = z.strictObject({ scale: z.enum(frequencyScales), colourMap: z.enum(colourMaps) })

const playbackSettings = z.strictObject({
  /** The view moves along with the playhead. */
  followPlayhead: z.boolean(),
})

const projectSettings = z.strictObject({
  /** Seconds after a change until it is on the disk; what a crash can lose. */
  autosaveSeconds: z.number().int().min(2).max(30),
})

const desktopSettings = z.strictObject({
  /** Tell by a notification that a job has ended while the window is not in front. */
  notify: z.boolean(),
  /** Keep the computer from sleeping while a job runs. */
  keepAwake: z.boolean(),
})

/** What the user has chosen once and for all. */
export const settings = z.strictObject({
  version: z.literal(settingsVersion),
  /** The user's own shortcuts, for the actions where they differ from `src-shared/actions/actions`. */
  shortcuts: remaps,
  export: exportSettings,
  separation: separationSettings,
  spectrogram: spectrogramSettings,
  playback: playbackSettings,
  project: projectSettings,
  desktop: desktopSettings,
})
export type Settings = z.infer<typeof settings>

/** Settings as they are until the user changes them. */
export const defaultSettings: Settings = {
  version: settingsVersion,
  shortcuts: {},
  export: { format: 'wav24', template: '{title} - {stem}' },
  separation: { quality: 'fast', modelId: '' },
  spectrogram: { scale: 'mel', colourMap: 'magma' },
  playback: { followPlayhead: true },
  project: { autosaveSeconds: 5 },
  desktop: { notify: true, keepAwake: true },
}

/** Some of the settings: sections, and in each section the fields that change; `shortcuts` are always given whole. */
export const settingsChange = z.strictObject({
  shortcuts: remaps.optional(),
  export: exportSettings.partial().optional(),
  separation: separationSettings.partial().optional(),
  spectrogram: spectrogramSettings.partial().optional(),
  playback: playbackSettings.partial().optional(),
  project: projectSettings.partial().optional(),
  desktop: desktopSettings.partial().optional(),
})
export type SettingsChange = z.infer<typeof settingsChange>

/** Returns the settings after a change. */
export function changeSettings(before: Settings, change: SettingsChange): Settings {
  return {
    version: settingsVersion,
    shortcuts: change.shortcuts ?? before.shortcuts,
    export: { ...before.export, ...change.export },
    separation: { ...before.separation, ...change.separation },
    spectrogram: { ...before.spectrogram, ...change.spectrogram },
    playback: { ...before.playback, ...change.playback },
    project: { ...before.project, ...change.project },
    desktop: { ...before.desktop, ...change.desktop },
  }
}

const stored = settingsChange.extend({ version: z.literal(settingsVersion) })

/**
 * Returns the settings in a file's content; what is missing in it is as by default, and shortcuts of actions that this version
 * does not have are left out.
 * @throws ZodError for anything else
 */
export function readSettings(content: unknown): Settings {
  const { version: _, ...change } = stored.parse(withKnownActions(content))
  return changeSettings(defaultSettings, change)
}

function withKnownActions(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || !('shortcuts' in content)) return content
  const { shortcuts } = content
  if (typeof shortcuts !== 'object' || shortcuts === null) return content
  const known = Object.entries(shortcuts).filter((entry): entry is [ActionId, unknown] => isActionId(entry[0]))
  return { ...content, shortcuts: Object.fromEntries(known) }
}
