/** Type check, lint and all tests; a failing part does not keep the others from running. Arguments go to vitest. */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { packageFile, root } from './setup.mjs'

const results = join(root, 'node_modules', '.cache', 'vitest', 'results.json')

/** Returns the exit status. */
export async function run(args) {
  rmSync(results, { force: true })
  const failed = []
  const part = async (name, command) => {
    process.stdout.write(`${name}\n`)
    if ((await status(command)) !== 0) failed.push(name)
  }
  await part('Type check', [packageFile('vue-tsc', 'bin/vue-tsc.js'), '-b'])
  await part('Lint (oxlint)', [packageFile('oxlint', 'bin/oxlint'), '--deny-warnings'])
  await part('Lint (eslint)', [packageFile('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.'])
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
  await part('Tests', [packageFile('vitest', 'vitest.mjs'), 'run', ...reporters, ...args])
  if (failed.length > 0) process.stdout.write(`Did not pass: ${failed.join(', ')}.\n`)
  process.stdout.write(`${summary()}\n`)
  return failed.length > 0 ? 1 : 0
}

function status(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    // The terminal sends Ctrl-C to the child as well; this process waits for it.
    const wait = () => {}
    process.on('SIGINT', wait)
    child.on('error', () => resolve(1))
    child.on('close', (code) => {
      process.off('SIGINT', wait)
      resolve(code ?? 1)
    })
  })
}

/** Returns `N passed, N failed[, N skipped]` from vitest's own count of tests. */
function summary() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = JSON.parse(readFileSync(results, 'utf8'))
    const skipped = numPendingTests + numTodoTests
    // A file that could not be loaded has no failed tests, but has failed.
    const failed = numFailedTests || numFailedTestSuites
    return `${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
  } catch {
    return '0 passed, 1 failed'
  }
}
