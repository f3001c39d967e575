import { utilityProcess } from 'electron'
import type { ComputeProcess } from '#main/compute/client'

/** How much of what a process last said on standard error is kept to explain why it died. */
const keptOutput = 300

/** Starts `entry`, the built src-main/compute/entry, as a utility process of Electron; only after the app is ready. */
export function forkUtility(entry: string): ComputeProcess {
  const child = utilityProcess.fork(entry, [], { serviceName: 'Stemwright compute', stdio: 'pipe' })
  let output = ''
  child.stdout?.resume()
  child.stderr?.on('data', (chunk: Buffer) => (output = (output + chunk.toString('utf8')).slice(-keptOutput)))
  return {
    send: (message) => child.postMessage(message),
    onMessage: (callback) => void child.on('message', callback),
    onExit: (callback) =>
      void child.once('exit', (code) => callback([`exit status ${code}`, lastLine(output)].filter(Boolean).join(': '))),
    kill() {
      // Electron's own kill asks politely, and a process deep in a computation does not listen.
      if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
      else child.kill()
    },
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? ''
}
