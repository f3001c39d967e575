import { utilityProcess } from 'electron'
import type { ComputeProcess } from '#main/compute/client'
import { followLastWords } from '#main/node/lastWords'

/** Starts `entry`, the built src-main/compute/entry, as a utility process of Electron; only after the app is ready. */
export function forkUtility(entry: string): ComputeProcess {
  const child = utilityProcess.fork(entry, [], { serviceName: 'Stemwright compute', stdio: 'pipe' })
  child.stdout?.resume()
  const lastWords = followLastWords(child.stderr)
  return {
    send: (message) => child.postMessage(message),
    onMessage: (callback) => void child.on('message', callback),
    onExit: (callback) =>
      void child.once('exit', (code) => callback([`exit status ${code}`, lastWords()].filter(Boolean).join(': '))),
    kill() {
      // Electron's own kill asks politely, and a process deep in a computation does not listen.
      if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
      else child.kill()
    },
  }
}
