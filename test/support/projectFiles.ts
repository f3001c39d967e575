import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import ts from 'typescript'

/** The project's folder. */
export const projectRoot = join(import.meta.dirname, '..', '..')

/** Returns the paths of all files that belong to the project, with `/`, from its folder. */
export function projectFiles(): string[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard']
  const output = execFileSync('git', list, { cwd: projectRoot, encoding: 'utf8', maxBuffer: 1 << 26 })
  return output.split('\n').filter((path) => path !== '' && existsSync(join(projectRoot, path)))
}

export function readProjectFile(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8')
}

/** One import, dynamic import or re-export of a source file. */
export interface SourceImport {
  readonly file: string
  /** As written. */
  readonly specifier: string
  /** Path of the imported file in the project without its extension, or the name of a package. */
  readonly target: string
}

/** Returns every import of every source file, as the compiler's own parser sees them. */
export function sourceImports(): SourceImport[] {
  const sources = projectFiles().filter((path) => /^src-[^/]+\/.*\.(ts|vue)$/.test(path))
  return sources.flatMap((file) => {
    const { importedFiles } = ts.preProcessFile(scriptOf(file, readProjectFile(file)), true, true)
    return importedFiles.map(({ fileName }) => ({ file, specifier: fileName, target: targetOf(file, fileName) }))
  })
}

/** Returns the script of a Vue component, or the text of another file as it is. */
function scriptOf(file: string, text: string): string {
  if (!file.endsWith('.vue')) return text
  return [...text.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map((match) => match[1]).join('\n')
}

const subpath = /^#(shared|main|renderer)\//

function targetOf(file: string, specifier: string): string {
  const clean = specifier.replace(/\?.*$/, '').replace(/\.(ts|js)$/, '')
  if (clean.startsWith('.')) return posix.join(dirname(file), clean)
  return clean.replace(subpath, 'src-$1/')
}
