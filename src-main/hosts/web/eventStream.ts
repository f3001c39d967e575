import type { ServerResponse } from 'node:http'
import type { Services } from '#main/services/createServices'
import type { AppEvent } from '#shared/contract/contract'

const reconnectMs = 1000

/**
 * Sends all events to `response` until its connection ends. It begins with which server this is, so that a page notices when
 * another one has taken its place, and with how every job stands, so that a page whose connection broke is up to date once
 * it is back.
 */
export function streamEvents(services: Services, instance: string, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.write(`retry: ${reconnectMs}\n\n`)
  response.write(`event: server\ndata: ${JSON.stringify({ instance })}\n\n`)
  const send = (event: AppEvent) => void response.write(`data: ${JSON.stringify(event)}\n\n`)
  for (const job of services.jobs.list()) send({ name: 'job.changed', payload: job })
  const stop = services.onEvent(send)
  response.on('close', stop)
}
