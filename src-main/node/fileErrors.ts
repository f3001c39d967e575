import { AppError } from '#shared/errors'

/** Returns the error to show when writing into `folder` failed, or `error` itself when it is no failure of the disk. */
export function outputError(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError('DISK_FULL', `The disk of ${folder} is full. Nothing half-written was kept; free some space or choose another folder.`, { cause: error })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST') {
    return new AppError('OUTPUT_NOT_WRITABLE', `${folder} cannot be written to. Nothing was changed there; choose another folder, or allow writing to this one.`, { cause: error })
  }
  return error
}
