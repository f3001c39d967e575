import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { appRoot } from '#main/node/appRoot'
import type { OpenedPath } from '#shared/contract/desktop'

/** Paths that the system asked the app to open, until the page takes them. */
export interface OpenedFiles {
  add(paths: readonly string[]): void
  /** Gives them once. */
  take(): OpenedPath[]
}

/** @param onAdd is told when there is something to take */
export function createOpenedFiles(onAdd: () => void): OpenedFiles {
  let waiting: OpenedPath[] = []
  return {
    add(paths) {
      if (paths.length === 0) return
      waiting.push(...paths.map((path) => ({ path, isFolder: statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false })))
      onAdd()
    },
    take() {
      const taken = waiting
      waiting = []
      return taken
    },
  }
}

/** Returns the files and folders that a command line names; its first word is the program, and one may be the app's own folder. */
export function pathsIn(commandLine: readonly string[], folder: string): string[] {
  const words = commandLine.slice(1).filter((word) => word !== '' && !word.startsWith('-'))
  return words.map((word) => resolve(folder, word)).filter((path) => path !== appRoot && existsSync(path))
}
