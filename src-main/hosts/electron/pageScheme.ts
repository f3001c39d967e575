import { join, normalize, sep } from 'node:path'
import type { Protocol } from 'electron'
import { fileResponse } from '#main/hosts/electron/fileResponse'
import { stylePolicy } from '#main/node/pagePolicy'

/** Where the page lives: a scheme of its own, because pages from file:// may read the whole disk. */
export const pageOrigin = 'app://stemwright'

const safetyHeaders = {
  'Content-Security-Policy':
    `default-src 'none'; script-src 'self'; ${stylePolicy}; img-src 'self' data: stem:; font-src 'self'; connect-src 'self' stem:; media-src 'self' stem: blob:; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'X-Content-Type-Options': 'nosniff',
}

/** Serves the built page in `folder` as app://stemwright/. */
export function servePage(protocol: Protocol, folder: string): void {
  protocol.handle('app', async (request) => {
    const path = pathOf(request.url, folder)
    return path === undefined ? new Response(undefined, { status: 404 }) : fileResponse(path, request, safetyHeaders)
  })
}

function pathOf(address: string, folder: string): string | undefined {
  const url = new URL(address)
  if (url.host !== 'stemwright') return undefined
  const wanted = decodeURIComponent(url.pathname)
  const path = normalize(join(folder, wanted === '/' || wanted === '' ? 'index.html' : wanted))
  return path.startsWith(folder + sep) && !path.includes('\0') ? path : undefined
}
