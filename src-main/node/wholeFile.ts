import { rename, rm, writeFile } from 'node:fs/promises'
import { outputError } from '#main/node/outputError'

/**
 * Writes a file under another name first, so that a crash leaves the old one or the new one, and so does a full disk.
 * @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.part`
  try {
    await writeFile(draft, content, { flush: true })
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw outputError(path, error)
  }
}
