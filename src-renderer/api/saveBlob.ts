import { safeFileName } from '#shared/project/fileNames'

/** Hands something that the page has made to the user's downloads, as `name.extension` where files may be called so; the desktop asks where to. */
export function saveBlob(name: string, extension: string, blob: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = `${safeFileName(name)}.${extension}`
  link.click()
  // The download has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
