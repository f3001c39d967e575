/** Opens the app: in its own window where Electron can run, else in the browser, saying in one line why. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runProgram } from './program.mjs'
import { packageFile, root } from './setup.mjs'

const fetchLimitMs = 120_000
const startLimitMs = 10_000

/** Returns the exit status; stays until the app is closed. */
export async function run(args) {
  const reason = args.includes('--browser') ? 'as asked' : await whyNoElectron()
  if (reason === undefined) {
    const started = Date.now()
    const { code, signal } = await child(electronBinary(), [root, ...args], { stdio: 'inherit' })
    const couldNotStart = !signal && code !== 0 && Date.now() - started < startLimitMs
    if (!couldNotStart) return code ?? 1
    await openInBrowser('Electron could not open a window here', args)
  } else {
    await openInBrowser(reason, args)
  }
  return 0
}

async function openInBrowser(reason, args) {
  process.stderr.write(`Stemwright opens in the browser: ${reason}.\n`)
  await runProgram('web', args.filter((arg) => arg !== '--browser'))
}

/** Returns undefined where Electron's runtime is there, after fetching it if need be, else the reason in plain words. */
async function whyNoElectron() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'this machine has no display'
  if (electronBinary()) return undefined
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 12)) return "Electron's runtime is not installed, and fetching it needs Node.js 22.12 or newer"
  process.stderr.write('Fetching the Electron runtime (once) …\n')
  await child(process.execPath, [packageFile('electron', 'install.js')], { stdio: 'ignore', timeout: fetchLimitMs })
  return electronBinary() ? undefined : "Electron's runtime could not be fetched"
}

function electronBinary() {
  try {
    const name = readFileSync(packageFile('electron', 'path.txt'), 'utf8')
    const binary = process.env.ELECTRON_OVERRIDE_DIST_PATH ? join(process.env.ELECTRON_OVERRIDE_DIST_PATH, name) : packageFile('electron', join('dist', name))
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

function child(command, args, options) {
  return new Promise((resolve) => {
    const started = spawn(command, args, { cwd: root, ...options })
    const wait = () => {}
    process.on('SIGINT', wait)
    const finish = (code, signal) => {
      process.off('SIGINT', wait)
      resolve({ code, signal })
    }
    started.on('error', () => finish(1))
    started.on('close', finish)
  })
}
