import { acquireLock } from '#main/node/processLock'

/** A process that takes the lock whose path it is given, says how that went, and then lives until it is ended. */
const said = await acquireLock(process.argv[2]!).then(
  () => 'held',
  (error: { code: string }) => error.code,
)
process.stdout.write(`${said}\n`)
process.stdin.resume()
