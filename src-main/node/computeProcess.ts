import { fork } from 'node:child_process'
import type { ComputeProcess } from '#main/compute/client'

/** How much of what a process last said on standard error is kept to explain why it died. */
const keptOutput = 300

/** Starts `entry`, the built src-main/compute/entry, as a child process of Node. */
export function forkCompute(entry: string): ComputeProcess {
  // The advanced serialisation keeps what JSON loses: infinities and fields that are undefined.
  const child = fork(entry, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let output = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (process.env['STEMWRIGHT_DEBUG']) process.stderr.write(text)
    output = (output + text).slice(-keptOutput)
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
      child.on('exit', (code, signal) => tell([signal ? `signal ${signal}` : `exit status ${code}`, lastLine(output)].filter(Boolean).join(': ')))
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? ''
}
