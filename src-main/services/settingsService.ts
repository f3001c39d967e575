import type { DocumentFile } from '#main/services/platform'
import type { SettingsFacts } from '#shared/contract/settings'
import { toAppError } from '#shared/errors'
import { createTurns } from '#shared/jobs/turns'
import { changeSettings, defaultSettings, readSettings, type Settings, type SettingsChange } from '#shared/settings/settings'

export interface SettingsService {
  /** The settings, and once after the start what went wrong with reading them. Never fails. */
  get(): Promise<SettingsFacts>
  /** @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL; then nothing is changed */
  change(change: SettingsChange): Promise<Settings>
  /** @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  reset(): Promise<Settings>
}

/** Returns the settings kept in `file`. @param onChange is told of them whenever they have changed */
export function createSettingsService(file: DocumentFile, onChange: (settings: Settings) => void): SettingsService {
  let loading: Promise<SettingsFacts> | undefined
  let current: Settings | undefined
  const inTurn = createTurns()

  const facts = async (): Promise<SettingsFacts> => {
    const loaded = await (loading ??= load(file))
    return { ...loaded, settings: current ?? loaded.settings }
  }

  const update = (next: (before: Settings) => Settings): Promise<Settings> =>
    inTurn(async () => {
      const settings = next((await facts()).settings)
      await file.write(JSON.stringify(settings, undefined, 2))
      current = settings
      onChange(settings)
      return settings
    })

  return {
    get: facts,
    change: (change) => update((before) => changeSettings(before, change)),
    reset: () => update(() => defaultSettings),
  }
}

async function load(file: DocumentFile): Promise<SettingsFacts> {
  let content: string | undefined
  try {
    content = await file.read()
  } catch (error) {
    return { settings: defaultSettings, notice: `The settings could not be read, so all are as they were at first. ${toAppError(error).message}` }
  }
  try {
    return { settings: content === undefined ? defaultSettings : readSettings(JSON.parse(content)) }
  } catch {
    return { settings: defaultSettings, notice: await setAside(file) }
  }
}

async function setAside(file: DocumentFile): Promise<string> {
  const damaged = "The settings' file is damaged or of another version of Stemwright, so all settings are as they were at first."
  const name = await file.setAside().catch(() => undefined)
  return name === undefined ? damaged : `${damaged} The file was kept as ${name}.`
}
