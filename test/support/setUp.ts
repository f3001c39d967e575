import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from '#test/projectFiles'

/** Builds the programs in out/ where the sources have changed since, for tests that start processes. */
export function setUp(): void {
  execFileSync(process.execPath, [join(projectRoot, 'scripts', 'run.mjs'), 'build'], { stdio: ['ignore', 'ignore', 'pipe'] })
}
