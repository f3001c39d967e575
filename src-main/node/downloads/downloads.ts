import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type CatalogueEntry, downloadCatalogue } from '#main/datasets/downloadCatalogue'
import { bytesPresent, fetchFile, type Patience, usualPatience } from '#main/node/downloads/fetchFile'
import { ZipArchive, type ZipEntry } from '#main/node/downloads/zipArchive'
import { makeFolder } from '#main/node/makeFolder'
import { outputError } from '#main/node/outputError'
import { exists } from '#main/node/temporaryFile'
import type { DownloadPlatform } from '#main/services/datasetPorts'
import { AppError } from '#shared/errors'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/**
 * Downloads into `folder`: `<id>` is whole, `.<id>.parts` what has come so far, `.<id>.unpacked` what is being unpacked.
 * Nothing is sent or asked for before `download`.
 */
export function createDownloads(folder: string, catalogue: readonly CatalogueEntry[] = downloadCatalogue, patience: Patience = usualPatience): DownloadPlatform {
  const placesOf = (id: string) => ({ whole: join(folder, id), parts: join(folder, `.${id}.parts`), unpacked: join(folder, `.${id}.unpacked`) })

  const presentOf = async (entry: CatalogueEntry): Promise<number> => {
    const { whole, parts } = placesOf(entry.id)
    if (await exists(whole)) return bytesOf(entry)
    const present = await Promise.all(entry.files.map((file) => bytesPresent(file, parts)))
    return present.reduce((sum, bytes) => sum + bytes, 0)
  }

  return {
    list: () =>
      Promise.all(
        catalogue.map(async (entry) => {
          const { id, name, summary, layout, licence, source } = entry
          return { id, name, summary, layout, licence, source, bytes: bytesOf(entry), present: await presentOf(entry) }
        }),
      ),
    async download(id, context) {
      const entry = catalogue.find((candidate) => candidate.id === id)
      if (!entry) throw new AppError('INVALID_INPUT', `There is nothing called "${id}" to download. Nothing was done.`)
      const { whole, parts, unpacked } = placesOf(id)
      if (!(await exists(whole))) {
        try {
          await makeFolder(parts)
          await fetchAll(entry, parts, context, patience)
          await rm(unpacked, { recursive: true, force: true })
          await unpackAll(entry, parts, unpacked, context)
          await rename(unpacked, whole)
          await rm(parts, { recursive: true, force: true })
        } catch (error) {
          await rm(unpacked, { recursive: true, force: true })
          throw outputError(whole, error)
        }
      }
      return { folder: whole, layout: entry.layout, name: entry.name }
    },
  }
}

function bytesOf({ files }: CatalogueEntry): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}

async function fetchAll(entry: CatalogueEntry, parts: string, context: WorkContext, patience: Patience): Promise<void> {
  let before = 0
  for (const file of entry.files) {
    const others = bytesOf(entry) - file.bytes - before
    const onBytes = (present: number, total: number) =>
      context.onProgress({ stage: 'downloading', completed: before + present, total: before + Math.max(total, present) + Math.max(0, others), unit: 'bytes' })
    await makeFolder(dirname(join(parts, file.name)))
    await fetchFile(file, parts, { signal: context.signal, onBytes }, patience)
    before += file.bytes
  }
}

/** Archives are unpacked, other files moved. */
async function unpackAll({ files, keep }: CatalogueEntry, parts: string, unpacked: string, context: WorkContext): Promise<void> {
  await makeFolder(unpacked)
  for (const { name, archive } of files) {
    if (archive) await unpack(join(parts, name), unpacked, keep ?? { name: /./, atLeast: 1 }, context)
  }
  for (const { name, archive } of files) {
    if (archive) continue
    await makeFolder(dirname(join(unpacked, name)))
    await rename(join(parts, name), join(unpacked, name))
  }
}

async function unpack(path: string, folder: string, keep: NonNullable<CatalogueEntry['keep']>, context: WorkContext): Promise<void> {
  try {
    const archive = await ZipArchive.open(path)
    try {
      const wanted = archive.entries.filter(({ name }) => keep.name.test(name) && !/(^|\/)(__MACOSX\/|\.)/.test(name))
      if (wanted.length < keep.atLeast) throw incomplete(path, wanted.length, keep.atLeast)
      const top = topFolder(wanted)
      for (const [index, entry] of wanted.entries()) {
        context.onProgress({ stage: 'unpacking', completed: index, total: wanted.length, unit: 'files' })
        await checkpointCancel(context)
        await archive.extract(entry, folder, entry.name.slice(top.length))
      }
    } finally {
      await archive.close()
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'DOWNLOAD_FAILED') await rm(path, { force: true })
    throw error
  }
}

/** The one folder, with its `/`, that all are in; empty where there is none. */
function topFolder(entries: readonly ZipEntry[]): string {
  const top = /^[^/]+\//.exec(entries[0]?.name ?? '')?.[0] ?? ''
  return entries.every(({ name }) => name.startsWith(top)) ? top : ''
}

function incomplete(path: string, found: number, needed: number): AppError {
  return new AppError('DOWNLOAD_FAILED', `The archive ${path} holds ${found} of at least ${needed} files, so it is not what was published. It was removed; try again later.`)
}
