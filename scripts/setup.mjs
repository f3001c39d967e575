/**
 * Makes a clone ready to run: packages as the lock file says, and a build of the present sources.
 * Idempotent, and quick when nothing changed. Plain JavaScript over Node alone, because it runs before anything is there.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const minimumNode = [20, 19]
const builtFrom = ['src-main', 'src-renderer', 'src-shared', 'docs/discussion.md', 'electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.base.json']
const stamp = join(root, 'out', '.built-from')

/** A failure that is explained to the user in one sentence, without a stack. */
export class SetupError extends Error {}

/**
 * Installs and builds what is missing or out of date, telling what it does on stderr.
 * @throws SetupError
 */
export async function setUp() {
  checkNode()
  if (!packagesMatchLock()) await install()
  const sources = hashOfSources()
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== sources) {
    // A build that stops half-way is none, whatever the sources are by then.
    rmSync(stamp, { force: true })
    await step('Building Stemwright', process.execPath, [packageFile('electron-vite', 'bin/electron-vite.js'), 'build', '--logLevel', 'error'])
    writeFileSync(stamp, sources)
  }
}

/** Returns the path of a file inside an installed package. */
export function packageFile(name, file) {
  return join(root, 'node_modules', name, file)
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1])) return
  throw new SetupError(
    `Stemwright needs Node.js ${minimumNode.join('.')} or newer, and this is ${process.versions.node}. Install a newer one from nodejs.org and run the same command again.`,
  )
}

/** npm notes what it installed; a finished installation names every package of the lock file that this machine needs. */
function packagesMatchLock() {
  const installed = readPackages(join('node_modules', '.package-lock.json'))
  const wanted = readPackages('package-lock.json')
  if (!installed || !wanted) return false
  return Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
    if (path === '') return true
    return installed[path] ? installed[path].version === version : Boolean(optional || devOptional)
  })
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages
  } catch {
    return undefined
  }
}

async function install() {
  const flags = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  // Under `npm run`, npm says where it is itself; Windows cannot start npm.cmd without a shell.
  const npm = process.env.npm_execpath
  if (npm?.endsWith('.js')) await step('Installing packages (once; about a minute)', process.execPath, [npm, ...flags])
  else await step('Installing packages (once; about a minute)', 'npm', flags, { shell: process.platform === 'win32' })
}

function hashOfSources() {
  const hash = createHash('sha256')
  const add = (path) => {
    const entries = existsSync(join(root, path)) ? list(path) : []
    for (const file of entries) hash.update(`${file}\0`).update(readFileSync(join(root, file))).update('\0')
  }
  builtFrom.forEach(add)
  return hash.digest('hex')
}

function list(path) {
  if (path.includes('.')) return [path]
  return readdirSync(join(root, path), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .sort()
}

/** Runs one command of the set-up; what it prints is kept back, and shown only when it fails. */
function step(title, command, args, options = {}) {
  const started = Date.now()
  const live = process.stderr.isTTY
  process.stderr.write(live ? `${title} …` : `${title} …\n`)
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options })
    const output = []
    child.stdout.on('data', (chunk) => output.push(chunk))
    child.stderr.on('data', (chunk) => output.push(chunk))
    const seconds = () => Math.round((Date.now() - started) / 1000)
    const ticking = live && setInterval(() => process.stderr.write(`\r${title} … ${seconds()} s`), 1000)
    const finish = (problem) => {
      clearInterval(ticking)
      if (live) process.stderr.write('\r\x1b[K')
      if (!problem) return resolve()
      process.stderr.write(Buffer.concat(output))
      reject(new SetupError(`${title} did not succeed: ${problem}. What it printed is above; run the same command again once that is put right.`))
    }
    child.on('error', (error) => finish(error.message))
    child.on('close', (code, signal) => finish(code === 0 ? undefined : signal ? `stopped by ${signal}` : `exit status ${code}`))
  })
}
