import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join, normalize, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { streamEvents } from '#main/hosts/web/eventStream'
import type { Uploads } from '#main/hosts/web/uploads'
import type { WebServerOptions } from '#main/hosts/web/webServer'
import { answerFile } from '#main/node/byteRange'
import type { Reply } from '#shared/contract/defineContract'
import { AppError } from '#shared/errors'
import { toFailure } from '#shared/jobs/job'

export interface Route {
  readonly method: 'GET' | 'POST'
  matches(path: string): boolean
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> | void
}

/** A request of the contract is a few names and numbers, or a project with its clips. */
const longestRequest = 1 << 24

const under = (prefix: string) => (path: string) => path.startsWith(prefix)
const at = (place: string) => (path: string) => path === place

/** Returns all that the server answers to whoever was let in. */
export function createRoutes({ services, page, uploads, exports }: WebServerOptions): Route[] {
  const instance = randomUUID()
  return [
    {
      method: 'POST',
      matches: under('/api/request/'),
      async answer(request, response, url) {
        const name = tail(url, '/api/request/')
        await reply(response, async () => {
          const { payload } = (await readJson(request)) as { payload?: unknown }
          return named(await services.server.handle(name, payload), uploads)
        })
      },
    },
    { method: 'GET', matches: at('/api/events'), answer: (_request, response) => streamEvents(services, instance, response) },
    {
      method: 'POST',
      matches: at('/api/uploads'),
      async answer(request, response, url) {
        await reply(response, async () => {
          const uploadId = await uploads.receive(url.searchParams.get('name') ?? '', request)
          return { ok: true, result: { uploadId } }
        })
      },
    },
    {
      method: 'POST',
      matches: at('/api/exports'),
      answer: (_request, response) => reply(response, async () => ({ ok: true, result: await exports.create() })),
    },
    {
      method: 'GET',
      matches: under('/media/'),
      answer: (request, response, url) => sendFile(request, response, services.mediaPath(tail(url, '/media/'))),
    },
    {
      method: 'GET',
      matches: under('/exports/'),
      answer(request, response, url) {
        const [id = '', name = ''] = url.pathname.slice('/exports/'.length).split('/').map(decode)
        response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
        return sendFile(request, response, exports.path(id, name))
      },
    },
    { method: 'GET', matches: under('/'), answer: (request, response, url) => sendFile(request, response, pagePath(page, url)) },
  ]
}

function named(answer: Reply, uploads: Uploads): Reply {
  if (answer.ok) return answer
  return { ok: false, error: { ...answer.error, message: uploads.withoutFolders(answer.error.message) } }
}

function tail(url: URL, prefix: string): string {
  return decode(url.pathname.slice(prefix.length))
}

/** A malformed escape names nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

/** Path of a file of the page; undefined for what would lie outside its folder. */
function pagePath(page: string, url: URL): string | undefined {
  const wanted = decode(url.pathname)
  if (wanted.includes('\0')) return undefined
  const path = normalize(join(page, wanted === '/' ? 'index.html' : wanted))
  return path.startsWith(page + sep) ? path : undefined
}

async function sendFile(request: IncomingMessage, response: ServerResponse, path: string | undefined): Promise<void> {
  const answer = path === undefined ? { status: 404, headers: {} } : await answerFile(path, request.headers.range)
  response.writeHead(answer.status, answer.headers)
  const open = 'open' in answer ? answer.open : undefined
  if (!open || request.method === 'HEAD') return void response.end()
  // The listener who seeks or leaves breaks the connection; that is no failure.
  await pipeline(open(), response).catch(() => response.destroy())
}

async function reply(response: ServerResponse, work: () => Promise<Reply>): Promise<void> {
  const answer = await work().catch((error: unknown): Reply => ({ ok: false, error: toFailure(error) }))
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(answer))
}

/** @throws AppError INVALID_INPUT */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > longestRequest) throw new AppError('INVALID_INPUT', 'The request is longer than any that this app knows.')
    chunks.push(chunk)
  }
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    if (typeof parsed === 'object' && parsed !== null) return parsed
  } catch {
    // Said below, as for every other text that is no object.
  }
  throw new AppError('INVALID_INPUT', 'The request is not a JSON object.')
}
