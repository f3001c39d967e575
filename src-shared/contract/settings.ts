import { z } from 'zod'
import { request } from '#shared/contract/defineContract'
import { settings as schema, settingsChange } from '#shared/settings/settings'

const settingsFacts = z.object({
  settings: schema,
  /** What the user should know, such as that the settings' file was damaged and set aside. */
  notice: z.string().optional(),
})
export type SettingsFacts = z.infer<typeof settingsFacts>

export const settings = {
  get: request(z.undefined(), settingsFacts),
  /** Changes what is given and keeps the rest. @throws OUTPUT_NOT_WRITABLE, DISK_FULL; then nothing is changed */
  change: request(settingsChange, schema),
  /** Makes everything as it was before the first change. */
  reset: request(z.undefined(), schema),
}

export const settingsEvents = {
  'settings.changed': schema,
}
