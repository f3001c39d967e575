import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineId } from '#main/engine/engine'
import { examineRung, rungLabels, type RungReport } from '#main/engine/rungs'
import { appRoot } from '#main/node/appRoot'
import { followLastWords } from '#main/node/lastWords'

const longestSeconds = 90

/** Examines a rung in a process of its own; where no process can be started, in this one. */
export function probeRung(id: EngineId): Promise<RungReport> {
  const entry = join(appRoot, 'out', 'main', 'probe.js')
  return existsSync(entry) ? probeWith(entry, id) : examineRung(id, () => performance.now())
}

/** Examines a rung in a process that runs `entry`; one that dies or does not answer is a refusal. */
export function probeWith(entry: string, id: EngineId): Promise<RungReport> {
  return new Promise((resolve) => {
    const child = fork(entry, [id], {
      // Inside Electron the executable is Electron's own; this makes it behave as Node.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const lastWords = followLastWords(child.stderr)
    const refuse = (refusal: string) => resolve({ id, label: rungLabels[id], refusal })
    const timer = setTimeout(() => {
      refuse(`it did not answer within ${longestSeconds} seconds.`)
      child.kill('SIGKILL')
    }, longestSeconds * 1000)
    child.on('message', (report) => resolve(report as RungReport))
    child.on('error', () => {
      clearTimeout(timer)
      resolve(examineRung(id, () => performance.now()))
    })
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      const end = [signal ?? `exit status ${code}`, lastWords().slice(0, 160)].filter(Boolean).join(': ')
      refuse(`it crashed when it was tried (${end}).`)
    })
  })
}
