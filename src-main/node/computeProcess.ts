import { fork } from 'node:child_process'
import type { ComputeProcess } from '#main/compute/client'
import { followLastWords } from '#main/node/lastWords'

/** Starts `entry`, the built src-main/compute/entry, as a child process of Node. */
export function forkCompute(entry: string): ComputeProcess {
  // The advanced serialisation keeps what JSON loses: infinities and fields that are undefined.
  const child = fork(entry, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const lastWords = followLastWords(child.stderr, (text) => {
    if (process.env['STEMWRIGHT_DEBUG']) process.stderr.write(text)
  })
  return {
    // A message to a process that has just died is lost; its exit is what tells.
    send: (message) => void child.send(message, () => {}),
    onMessage: (callback) => void child.on('message', callback),
    onExit(callback) {
      let told = false
      const tell = (reason: string) => {
        if (!told) callback(reason)
        told = true
      }
      child.on('error', (error) => tell(error.message))
      child.on('exit', (code, signal) => {
        const end = signal ? `signal ${signal}` : `exit status ${code}`
        tell([end, lastWords()].filter(Boolean).join(': '))
      })
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
