import { access, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { reporting } from '#main/node/stagingFolder'
import { isRunning } from '#main/node/temporaryFile'
import type { DragFolders } from '#main/services/platform'
import { CancelledError } from '#shared/errors'

const ownedName = /^(\d+)-/

/** Returns folders inside `parent`, each named after the process that it ends with. */
export function createDragFolders(parent: string): DragFolders {
  const made = new Set<string>()
  let isOver = false
  return {
    make: () =>
      reporting(parent, async () => {
        if (isOver) throw new CancelledError()
        await mkdir(parent, { recursive: true })
        const folder = await mkdtemp(join(parent, `${process.pid}-`))
        made.add(folder)
        return folder
      }),
    async remove(folder) {
      made.delete(folder)
      await rm(folder, { recursive: true, force: true })
    },
    async have(paths) {
      const found = await Promise.all(paths.map((path) => access(path).then(() => true, () => false)))
      return found.every(Boolean)
    },
    async tidy() {
      const names = await readdir(parent).catch(() => [])
      const abandoned = names.filter((name) => ownedName.test(name) && !isRunning(Number(ownedName.exec(name)![1])))
      // What cannot be removed now, such as a file that a sampler still plays, is tried again at the next start.
      for (const name of abandoned) await rm(join(parent, name), { recursive: true, force: true }).catch(() => {})
    },
    clear() {
      isOver = true
      for (const folder of made) rmSync(folder, { recursive: true, force: true })
      made.clear()
    },
  }
}
