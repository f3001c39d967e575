import { AppError } from '#shared/errors'
import { fromFailure } from '#shared/jobs/job'
import type { Reply } from '#shared/contract/defineContract'
import type { ExportTarget, Host } from '#renderer/api/host'

/** The host of a page that the local web server delivered: requests by POST, events by an event stream. */
export function createWebHost(): Host {
  return {
    transport: {
      request: (name, payload) => post(`/api/request/${name}`, JSON.stringify({ payload })),
      onEvent(callback) {
        const source = new EventSource('/api/events')
        source.onmessage = (message) => callback(JSON.parse(String(message.data)))
        return () => source.close()
      },
    },
    async sourceOf(file) {
      const { uploadId } = await result<{ uploadId: string }>(post(`/api/uploads?name=${encodeURIComponent(file.name)}`, file))
      return { uploadId }
    },
    async chooseExportTarget(): Promise<ExportTarget> {
      const { folder, url } = await result<{ folder: string; url: string }>(post('/api/exports', ''))
      return { folder, urlOf: (path) => url + encodeURIComponent(path.split(/[\\/]/).at(-1) ?? '') }
    },
  }
}

async function post(url: string, body: string | Blob): Promise<unknown> {
  try {
    const response = await fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'application/octet-stream' } })
    return await response.json()
  } catch (cause) {
    const message =
      'The page lost its connection to Stemwright, so the request did not get through. Start Stemwright again and reload the page.'
    throw new AppError('INTERNAL', message, { cause })
  }
}

async function result<T>(answer: Promise<unknown>): Promise<T> {
  const reply = (await answer) as Reply
  if (!reply.ok) throw fromFailure(reply.error)
  return reply.result as T
}
