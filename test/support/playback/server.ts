import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { answerFile } from '#main/node/byteRange'

const here = fileURLToPath(new URL('.', import.meta.url))

/** What the app's own server allows a page. */
const headers = {
  'Content-Security-Policy': "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self' blob:",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

const html = '<!doctype html><title>Playback</title><script type="module" src="/page.js"></script>'

export interface PlaybackServer {
  readonly url: string
  /** Ranges that were asked for of each sound, in bytes. */
  readonly asked: { readonly path: string; readonly range: string }[]
  close(): Promise<void>
}

/** Builds page.ts into `folder` and serves it, with the WAV files of `sounds` by byte ranges. */
export async function servePlayback(folder: string, sounds: string): Promise<PlaybackServer> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: here,
    build: { outDir: folder, emptyOutDir: true, lib: { entry: join(here, 'page.ts'), formats: ['es'], fileName: () => 'page.js' } },
  })
  const asked: PlaybackServer['asked'] = []
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (path === '/') return void response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end(html)
    if (path.startsWith('/sounds/')) asked.push({ path, range: request.headers.range ?? '' })
    const file = path === '/page.js' ? join(folder, 'page.js') : join(sounds, path.slice('/sounds/'.length))
    const answer = await answerFile(file, request.headers.range)
    response.writeHead(answer.status, { ...headers, ...answer.headers })
    if (!answer.open) return void response.end()
    await pipeline(answer.open(), response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}
