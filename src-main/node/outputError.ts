import { AppError } from '#shared/errors'

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
// mkdir says EEXIST where a file stands in the way of a folder.
const refused = new Set(
  'EACCES EPERM EROFS EEXIST ENOTDIR EISDIR ENOENT ENXIO ENAMETOOLONG EINVAL EBUSY EIO'.split(' '),
)

/**
 * Returns what to tell the user about a failed write to `path`: DISK_FULL or OUTPUT_NOT_WRITABLE. Anything that is not
 * an error of the operating system is returned as it is.
 */
export function outputError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (error instanceof AppError || code === undefined) return error
  if (full.has(code)) return diskFull(path, error)
  if (refused.has(code)) return notWritable(path, code, error)
  return error
}

/** DISK_FULL for a file at `path`. */
export function diskFull(path: string, cause?: unknown): AppError {
  return new AppError(
    'DISK_FULL',
    `The disk is full, so ${path} could not be written; what had been written of it was removed. Free some space or choose another folder.`,
    { cause },
  )
}

function notWritable(path: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    'OUTPUT_NOT_WRITABLE',
    `${path} can't be written (${reason}). Choose a folder that you may write to.`,
    { cause },
  )
}
