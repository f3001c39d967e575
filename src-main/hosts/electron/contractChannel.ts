import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron'
import { eventChannel, requestChannel } from '#main/hosts/electron/channels'
import { pageOrigin } from '#main/hosts/electron/pageScheme'
import type { Services } from '#main/services/createServices'
import type { Reply } from '#shared/contract/defineContract'

/**
 * Connects the contract to the window: requests by `invoke`, events by `send`. A message from anything but the top frame
 * of our own page in our own window is answered with INVALID_INPUT and goes no further.
 */
export function connectContract(ipc: IpcMain, services: Services, page: WebContents): () => void {
  ipc.handle(requestChannel, (event, name: unknown, payload: unknown): Promise<Reply> => {
    if (isOurPage(event, page)) return services.server.handle(name, payload)
    const message = 'Only the page of Stemwright itself may ask this.'
    return Promise.resolve({ ok: false, error: { code: 'INVALID_INPUT', message } })
  })
  const stop = services.onEvent((event) => {
    if (!page.isDestroyed()) page.send(eventChannel, event)
  })
  return () => {
    stop()
    ipc.removeHandler(requestChannel)
  }
}

function isOurPage({ sender, senderFrame }: IpcMainInvokeEvent, page: WebContents): boolean {
  return sender === page && senderFrame !== null && senderFrame.parent === null && senderFrame.url.startsWith(`${pageOrigin}/`)
}
