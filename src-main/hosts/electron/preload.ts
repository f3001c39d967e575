import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { eventChannel, requestChannel } from '#main/hosts/electron/channels'

// All that the page can reach. It knows no single request: what may be asked is decided by the contract's server.
contextBridge.exposeInMainWorld('stemwright', {
  request: (name: string, payload: unknown): Promise<unknown> => ipcRenderer.invoke(requestChannel, name, payload),
  onEvent(callback: (event: unknown) => void): () => void {
    const listener = (_event: unknown, sent: unknown) => callback(sent)
    ipcRenderer.on(eventChannel, listener)
    return () => void ipcRenderer.off(eventChannel, listener)
  },
  getPathForFile: (file: File): string => webUtils.getPathForFile(file),
})
