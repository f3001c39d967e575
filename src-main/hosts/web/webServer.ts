import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAccess, type Access } from '#main/hosts/web/access'
import type { ExportFolders } from '#main/hosts/web/exportFolders'
import { createRoutes, type Route } from '#main/hosts/web/routes'
import type { Uploads } from '#main/hosts/web/uploads'
import { stylePolicy } from '#main/node/pagePolicy'
import type { Services } from '#main/services/createServices'

export interface WebServerOptions {
  readonly services: Services
  /** What the address must carry. */
  readonly token: string
  /** Folder of the built page. */
  readonly page: string
  readonly uploads: Uploads
  readonly exports: ExportFolders
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Is told of failures that are defects. */
  readonly report?: (error: unknown) => void
}

export interface WebServer {
  /** Address of the first visit, with its token. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** On every answer: the page may load nothing but its own files, and nobody else may load or frame it. */
const safetyHeaders = {
  'Content-Security-Policy':
    `default-src 'none'; script-src 'self'; ${stylePolicy}; img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
}

/** Serves the app at 127.0.0.1, to this computer only. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const routes = createRoutes(options)
  const server = createServer()
  // An upload of a long song over a slow disk may take longer than the default five minutes.
  server.requestTimeout = 0
  const port = await listen(server, options.port ?? 0)
  const access = createAccess(port, options.token)
  server.on('request', (request, response) => void answer(request, response, access, routes, options.report))
  return {
    url: `http://127.0.0.1:${port}/?token=${options.token}`,
    port,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  access: Access,
  routes: readonly Route[],
  report: (error: unknown) => void = () => {},
): Promise<void> {
  for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value)
  try {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const visitToken = (url.pathname === '/' && url.searchParams.get('token')) || undefined
    const refusal = access.refuse(request, visitToken)
    if (refusal) return say(response, refusal.status, refusal.message)
    if (visitToken !== undefined) return welcome(response, access)
    const route = routes.find(({ method, matches }) => method === methodOf(request) && matches(url.pathname))
    if (!route) return say(response, 404, 'There is nothing at this address.')
    await route.answer(request, response, url)
  } catch (error) {
    report(error)
    if (response.headersSent) response.destroy()
    else say(response, 500, 'Something went wrong inside Stemwright.')
  }
}

function methodOf({ method }: IncomingMessage): string {
  return method === 'HEAD' ? 'GET' : (method ?? '')
}

/** The token of a first visit would stay in sight in the address; the cookie takes it over. */
function welcome(response: ServerResponse, access: Access): void {
  response.writeHead(303, { 'Set-Cookie': access.cookie(), Location: '/' }).end()
}

function say(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' }).end(`${message}\n`)
}
