import { z } from 'zod'
import { request } from '#shared/contract/defineContract'
import { project } from '#shared/project/project'

/**
 * The window that asks, by a name that it made up and keeps. A project is open in one window at a time; one that is not heard of for
 * a while, or whose process has ended, holds nothing any more.
 */
const session = { sessionId: z.string().min(1).max(100) }

/** Where the open project is saved; missing until it is saved for the first time. */
const place = { folder: z.string().min(1).optional() }

/** Edits that were not saved when Stemwright ended. */
export const recovery = z.object({
  id: z.string(),
  name: z.string(),
  folder: z.string().optional(),
  /** When they were written: milliseconds since 1970. */
  at: z.number(),
})
export type Recovery = z.infer<typeof recovery>

export const openedProject = z.object({
  /** As it was saved; an empty one where it never was. */
  project,
  folder: z.string().optional(),
  /**
   * The document with the edits that were not saved, when there are any, and when they were written. `wasLeft` where the window kept them
   * as it went, so that it did not crash.
   */
  recovered: z.object({ project, at: z.number(), wasLeft: z.boolean() }).optional(),
  /** Sounds that are missing, and what was mended. */
  warnings: z.array(z.string()),
})
export type OpenedProject = z.infer<typeof openedProject>

export const savedProject = z.object({ folder: z.string(), name: z.string(), warnings: z.array(z.string()) })
export type SavedProject = z.infer<typeof savedProject>

export const recentProject = z.object({
  folder: z.string(),
  name: z.string(),
  /** When it was saved last: milliseconds since 1970; missing where the project is not there any more. */
  savedAt: z.number().optional(),
  /** True for those in the app's own folder, which `remove` deletes. */
  isOwn: z.boolean(),
})
export type RecentProject = z.infer<typeof recentProject>

const name = z.string().trim().min(1).max(200)

export const projects = {
  /**
   * Opens the project in a folder; its sounds are taken into the library where they are not there. With `takeOver` it is taken from
   * another window of this app that has it open.
   * @throws PROJECT_NOT_FOUND, PROJECT_CORRUPT, PROJECT_TOO_NEW, PROJECT_IN_USE
   */
  open: request(z.strictObject({ ...session, folder: z.string().min(1), takeOver: z.boolean().default(false) }), openedProject),
  /** Writes project and sounds into the folder that it was opened from. @throws PROJECT_IN_USE, OUTPUT_NOT_WRITABLE, DISK_FULL */
  save: request(z.strictObject({ ...session, folder: z.string().min(1), project }), savedProject),
  /**
   * Writes project and sounds into a new folder called `name`, inside `parent` or among the app's own projects.
   * @throws OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  saveAs: request(z.strictObject({ ...session, ...place, project, name, parent: z.string().min(1).optional() }), savedProject),
  /** Keeps edits that are not saved yet for after a crash; `recover` finds them by the id. @throws PROJECT_IN_USE, OUTPUT_NOT_WRITABLE, DISK_FULL */
  autosave: request(z.strictObject({ ...session, ...place, project }), z.object({ recoveryId: z.string() })),
  /** Says that the window still has its project open; `held` is false when another one has taken it. */
  keep: request(z.strictObject({ ...session, ...place, projectId: z.string() }), z.object({ held: z.boolean() })),
  /** Lets go of what the window has open, after keeping `unsaved` edits. */
  release: request(z.strictObject({ ...session, unsaved: z.strictObject({ ...place, project }).optional() }), z.void()),
  /** Lets go of what the window has open, and throws away what was kept of edits that were not saved. */
  discard: request(z.strictObject(session), z.void()),
  /** Edits that were not saved, of projects that no window has open; the newest first. */
  recoveries: request(z.undefined(), z.array(recovery)),
  /** Opens what a crash left. @throws PROJECT_NOT_FOUND, PROJECT_IN_USE, and what `open` throws */
  recover: request(z.strictObject({ ...session, recoveryId: z.string() }), openedProject),
  discardRecovery: request(z.strictObject({ recoveryId: z.string() }), z.void()),
  /** Projects that were opened or saved, the last one first, then the app's own others. */
  recents: request(z.undefined(), z.array(recentProject)),
  /** Takes a project off the list; nothing is deleted. */
  forget: request(z.strictObject({ folder: z.string() }), z.void()),
  /** Gives a project another name, and its folder too. @throws PROJECT_NOT_FOUND, PROJECT_IN_USE, OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE */
  rename: request(z.strictObject({ ...session, folder: z.string().min(1), name }), savedProject),
  /** Deletes one of the app's own projects with its sounds' copies. @throws PROJECT_NOT_FOUND, PROJECT_IN_USE */
  remove: request(z.strictObject({ ...session, folder: z.string().min(1) }), z.void()),
}

export const projectEvents = {
  /** A window's project was taken over by another window: it may not be saved from here any more. */
  'project.taken': z.object({ sessionId: z.string() }),
  /** How many of a project's sounds are written or read. */
  'project.progress': z.object({ sessionId: z.string(), stage: z.enum(['opening', 'saving']), completed: z.number(), total: z.number() }),
}
