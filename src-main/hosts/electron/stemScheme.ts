import type { Protocol } from 'electron'
import { fileResponse } from '#main/hosts/electron/fileResponse'
import { pageOrigin } from '#main/hosts/electron/pageScheme'

const prefix = 'stem://media/'

/** Where the page fetches the file registered as `mediaId`. */
export function stemUrl(mediaId: string): string {
  return prefix + encodeURIComponent(mediaId)
}

/** Serves stems and songs by their id, with byte ranges; there is no address for any other file. */
export function serveStems(protocol: Protocol, mediaPath: (mediaId: string) => string | undefined): void {
  protocol.handle('stem', async (request) => {
    const path = request.url.startsWith(prefix) ? mediaPath(decodeURIComponent(request.url.slice(prefix.length))) : undefined
    const headers = { 'Access-Control-Allow-Origin': pageOrigin, 'Cross-Origin-Resource-Policy': 'cross-origin' }
    return path === undefined ? new Response(undefined, { status: 404, headers }) : fileResponse(path, request, headers)
  })
}
