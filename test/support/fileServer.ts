import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the server treats a request; each is used once, in order, and the last one from then on. */
export interface Behaviour {
  /** Ends the connection after so many bytes of the body. */
  readonly breakAfter?: number
  /** Sends nothing more after so many bytes, and keeps the connection. */
  readonly stallAfter?: number
  /** Sends the whole file whatever is asked for. */
  readonly ignoresRanges?: boolean
  readonly status?: number
}

export interface FileServer {
  readonly origin: string
  /** Of all requests, the ranges that were asked for. */
  readonly ranges: (string | undefined)[]
  behave(...behaviours: Behaviour[]): void
  close(): Promise<void>
}

/** Time to take what was sent, before the connection breaks: what a client has not read by then is lost to it. */
const lingerMs = 400

/** Serves files by their paths on this machine, as badly as it is told to. */
export async function serveFiles(files: Readonly<Record<string, Uint8Array>>): Promise<FileServer> {
  const ranges: (string | undefined)[] = []
  let behaviours: Behaviour[] = [{}]
  const server = createServer((request, response) => {
    ranges.push(request.headers.range)
    const content = files[request.url ?? '']
    const behaviour = behaviours.length > 1 ? behaviours.shift()! : behaviours[0]!
    if (content === undefined || behaviour.status !== undefined) response.writeHead(behaviour.status ?? 404).end()
    else answer(request, response, content, behaviour)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ranges,
    behave: (...next) => (behaviours = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(request: IncomingMessage, response: ServerResponse, content: Uint8Array, { breakAfter, stallAfter, ignoresRanges }: Behaviour): void {
  const asked = ignoresRanges ? undefined : /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]
  const start = Number(asked ?? 0)
  if (start >= content.length) {
    response.writeHead(416, { 'Content-Range': `bytes */${content.length}` }).end()
    return
  }
  const range = asked === undefined ? {} : { 'Content-Range': `bytes ${start}-${content.length - 1}/${content.length}` }
  response.writeHead(asked === undefined ? 200 : 206, { 'Content-Length': content.length - start, ...range })
  const limit = breakAfter ?? stallAfter
  if (limit === undefined) response.end(content.subarray(start))
  else response.write(content.subarray(start, start + limit), () => breakAfter !== undefined && setTimeout(() => response.destroy(), lingerMs))
}
