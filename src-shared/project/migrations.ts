import { z } from 'zod'
import { AppError } from '#shared/errors'
import { project as schema, projectVersion, type Project } from '#shared/project/project'
import { mendProject } from '#shared/project/validity'

type Document = Record<string, unknown>

/** Turns a document of one version into one of the next. */
export type Migration = (document: Document) => Document

/** The migration at index n makes version n + 2 of version n + 1. There is only one version as yet. */
const migrations: readonly Migration[] = []

export interface ReadProject {
  project: Project
  /** What had to be left out of a document that contradicts itself. */
  warnings: string[]
}

/**
 * Returns the project that `document`, parsed JSON of any version, describes.
 * @throws AppError PROJECT_TOO_NEW, PROJECT_CORRUPT
 */
export function readProject(document: unknown): ReadProject {
  const parsed = schema.safeParse(migrate(document, migrations))
  if (!parsed.success) throw corrupt(z.prettifyError(parsed.error))
  return mendProject(parsed.data)
}

/**
 * Returns the document in the version after the last of `steps`.
 * @throws AppError PROJECT_TOO_NEW, PROJECT_CORRUPT
 */
export function migrate(document: unknown, steps: readonly Migration[]): unknown {
  const version = z.looseObject({ version: z.number().int().positive() }).safeParse(document)
  if (!version.success) throw corrupt('it does not say which version it is')
  const newest = steps.length + 1
  if (version.data.version > newest) throw tooNew(version.data.version)
  return steps.slice(version.data.version - 1).reduce<Document>((older, step) => step(older), version.data)
}

function corrupt(reason: string): AppError {
  const message = `The project file can't be used: ${reason}. It was left as it is. If there is a copy of the project's folder, open that.`
  return new AppError('PROJECT_CORRUPT', message)
}

function tooNew(version: number): AppError {
  const message = `The project was saved by a newer version of Stemwright (format ${version}; this one reads up to ${projectVersion}). It was left as it is. Update Stemwright, then open it again.`
  return new AppError('PROJECT_TOO_NEW', message)
}
