/**
 * `node scripts/run.mjs <task> [arguments]`: sets the clone up where needed, then runs the task.
 * Programs of the app run inside this process, so that exit status and signals are theirs without being passed on.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { programFile, runProgram } from './program.mjs'
import { root, SetupError, setUp } from './setup.mjs'

/** The program in out/main that does each task. */
const programs = {
  separate: 'cli',
  train: 'train',
  evaluate: 'evaluate',
  'publish-model': 'publish',
  engines: 'engines',
  bench: 'bench',
}
/** Scripts that go before a program, as processes of their own, when it is started without arguments. */
const before = { bench: 'bench-timeline.mjs' }
/** Tasks that are scripts themselves: each exports `run(args)`. */
const scripts = {
  start: './start.mjs',
  test: './test.mjs',
}
/** Sets the clone up and does nothing more. */
const onlySetUp = 'build'

async function main([task, ...args]) {
  const known = [...Object.keys(programs), ...Object.keys(scripts), onlySetUp]
  if (!known.includes(task)) {
    process.stderr.write(`There is no task called "${task ?? ''}". The tasks are: ${known.join(', ')}.\n`)
    process.exitCode = 2
    return
  }
  await setUp()
  if (scripts[task]) {
    process.exitCode = await (await import(scripts[task])).run(args)
  } else if (programs[task]) {
    programFile(programs[task])
    if (before[task] && args.length === 0) spawnSync(process.execPath, [join(root, 'scripts', before[task])], { stdio: 'inherit' })
    await runProgram(programs[task], args)
  }
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
