import { AppError } from '#shared/errors'
import { createClient, type Transport } from '#shared/contract/client'
import { contract } from '#shared/contract/contract'
import type { Host } from '#renderer/api/host'

/** What the preload script exposes as `window.stemwright`; nothing in it knows any one request. */
export interface Bridge {
  request(name: string, payload: unknown): Promise<unknown>
  onEvent(callback: (event: unknown) => void): () => void
  getPathForFile(file: File): string
}

declare global {
  interface Window {
    stemwright?: Bridge
  }
}

/** The host of the desktop window. */
export function createElectronHost(bridge: Bridge): Host {
  const transport = { request: bridge.request, onEvent: shareEvents(bridge) }
  const client = createClient(contract, transport)
  return {
    isDesktop: true,
    transport,
    sourceOf(file) {
      const path = bridge.getPathForFile(file)
      if (path) return Promise.resolve({ path })
      const message = `"${file.name}" is not a file on this computer, so it could not be opened. Save it first, then open it again.`
      return Promise.reject(new AppError('FILE_NOT_FOUND', message))
    },
    pathOf: (file) => bridge.getPathForFile(file) || undefined,
    async chooseExportTarget() {
      const { folder } = await client.app.chooseFolder()
      return folder === undefined ? undefined : { folder }
    },
    async beginDrag(event, { jobId }) {
      // The window's own drag, which carries real files, takes the place of the page's.
      event.preventDefault()
      await client.render.dragOut({ jobId })
    },
  }
}

/** One listener at the window's door, however many listen in the page. */
function shareEvents(bridge: Bridge): Transport['onEvent'] {
  const listeners = new Set<(event: unknown) => void>()
  let isOpen = false
  return (callback) => {
    listeners.add(callback)
    if (!isOpen) bridge.onEvent((event) => listeners.forEach((tell) => tell(event)))
    isOpen = true
    return () => listeners.delete(callback)
  }
}
