import { existsSync } from 'node:fs'
import { nativeImage, type WebContents } from 'electron'
import { dragIcon } from '#main/hosts/electron/dragIcon'
import { AppError } from '#shared/errors'

/**
 * Begins dragging files out of the window, in answer to the page's dragstart. They must be there by now: what receives them
 * reads them at once.
 * @throws AppError FILE_NOT_FOUND, INVALID_INPUT without any file
 */
export function startDrag(page: WebContents, paths: readonly string[]): void {
  const [file] = paths
  if (file === undefined) throw new AppError('INVALID_INPUT', 'There is no file to drag. Wait until it is rendered, then drag again.')
  const missing = paths.find((path) => !existsSync(path))
  if (missing !== undefined) {
    throw new AppError('FILE_NOT_FOUND', `${missing} is not there any more, so nothing was dragged. Drag again to have it rendered anew.`)
  }
  page.startDrag({ file, files: [...paths], icon: nativeImage.createFromDataURL(dragIcon) })
}
