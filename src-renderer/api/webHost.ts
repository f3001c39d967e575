import { fromFailure } from '#shared/jobs/job'
import type { Reply } from '#shared/contract/defineContract'
import { connectionLost } from '#renderer/api/connectionLost'
import { browserStream } from '#renderer/api/eventStream'
import type { ExportTarget, Host } from '#renderer/api/host'

/** The host of a page that the local web server delivered: requests by POST, events by an event stream. */
export function createWebHost(events = browserStream()): Host {
  return {
    watchConnection: events.watchConnection,
    transport: {
      request: (name, payload) => post(`/api/request/${name}`, JSON.stringify({ payload }), name === 'projects.release'),
      onEvent: events.onEvent,
    },
    async sourceOf(file) {
      const { uploadId } = await result<{ uploadId: string }>(post(`/api/uploads?name=${encodeURIComponent(file.name)}`, file))
      return { uploadId }
    },
    async chooseExportTarget(): Promise<ExportTarget> {
      const { folder, url } = await result<{ folder: string; url: string }>(post('/api/exports', ''))
      return { folder, urlOf: (path) => url + encodeURIComponent(path.split(/[\\/]/).at(-1) ?? '') }
    },
    async beginDrag({ dataTransfer }, { files: [file] }) {
      if (!dataTransfer || !file) return
      const address = new URL(file.url, location.href).href
      dataTransfer.effectAllowed = 'copy'
      // Browsers of Chromium's family fetch this where it is dropped; the others take the address.
      dataTransfer.setData('DownloadURL', `${mimeType(file.name)}:${file.name}:${address}`)
      dataTransfer.setData('text/uri-list', address)
    },
    download({ name, url }) {
      const link = document.createElement('a')
      link.href = url
      link.download = name
      link.click()
    },
  }
}

function mimeType(name: string): string {
  const extension = name.split('.').at(-1) ?? ''
  return { mp3: 'audio/mpeg', m4a: 'audio/mp4' }[extension] ?? `audio/${extension}`
}

/** What a page that goes may leave behind for the browser to send; longer requests end with the page. */
const longestFarewell = 60_000

/** @param isFarewell sends it even when the page goes meanwhile */
async function post(url: string, body: string | Blob, isFarewell = false): Promise<unknown> {
  try {
    const keepalive = isFarewell && typeof body === 'string' && body.length < longestFarewell
    const response = await fetch(url, { method: 'POST', body, keepalive, headers: { 'Content-Type': 'application/octet-stream' } })
    return await response.json()
  } catch (cause) {
    throw connectionLost(cause)
  }
}

async function result<T>(answer: Promise<unknown>): Promise<T> {
  const reply = (await answer) as Reply
  if (!reply.ok) throw fromFailure(reply.error)
  return reply.result as T
}
