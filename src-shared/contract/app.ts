import { z } from 'zod'
import { request } from '#shared/contract/defineContract'

export const appInfo = z.object({
  name: z.string(),
  version: z.string(),
  host: z.enum(['electron', 'cli', 'web']),
  /** True where `chooseFolder` opens a dialog; elsewhere stems are downloaded by their URL. */
  canChooseFolder: z.boolean(),
})
export type AppInfo = z.infer<typeof appInfo>

export const app = {
  info: request(z.undefined(), appInfo),
  /** Asks the user for a folder; no `folder` in the answer means that the user chose none. */
  chooseFolder: request(z.undefined(), z.object({ folder: z.string().optional() })),
}
