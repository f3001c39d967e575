import { z } from 'zod'
import { actionIds } from '#shared/actions/actions'
import { request } from '#shared/contract/defineContract'

const actionId = z.enum(actionIds)

/** A folder is a project, or holds songs. */
const openedPath = z.object({ path: z.string(), isFolder: z.boolean() })
export type OpenedPath = z.infer<typeof openedPath>

/** What only the desktop window has: a menu, and files that the system asks it to open. Elsewhere these do nothing. */
export const desktop = {
  /** Tells the menu which actions can be done now. */
  setMenu: request(z.strictObject({ enabled: z.array(actionId) }), z.void()),
  /** Gives the paths of files and folders that the system asked to open since this was last asked. */
  takeOpened: request(z.undefined(), z.array(openedPath)),
  /** Answers `desktop.closing`: the page has saved what it had to, and the window may close. */
  readyToClose: request(z.undefined(), z.void()),
}

export const desktopEvents = {
  /** The user has chosen an action in the menu. */
  'desktop.action': z.object({ actionId }),
  /** There is something to take with `takeOpened`. */
  'desktop.opened': z.object({}),
  /** The window is about to close. */
  'desktop.closing': z.object({}),
}
