import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '#test/projectFiles'

/**
 * Compiles `source` as one more file of the project in `folder`, and returns the codes of what the compiler says about
 * it. References are followed to their sources, so nothing needs to be built before.
 */
function compile(folder: string, source: string): number[] {
  const config = join(projectRoot, folder, 'tsconfig.json')
  const probe = join(projectRoot, folder, 'compiler-probe.ts')
  const { options, fileNames, projectReferences } = ts.getParsedCommandLineOfConfigFile(config, {}, parseHost)!
  const host: ts.CompilerHost & { useSourceOfProjectReferenceRedirect?: () => boolean } = ts.createCompilerHost(options)
  const { readFile, fileExists } = host
  host.fileExists = (path) => path === probe || fileExists(path)
  host.readFile = (path) => (path === probe ? source : readFile(path))
  host.useSourceOfProjectReferenceRedirect = () => true
  const program = ts.createProgram({ rootNames: [...fileNames, probe], options, projectReferences, host })
  const file = program.getSourceFile(probe)!
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(({ code }) => code)
}

const parseHost: ts.ParseConfigFileHost = {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic(diagnostic) {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'))
  },
}

const fine = `import { AppError } from '#shared/errors'\nexport const error = new AppError('INTERNAL', 'fine')\n`
const importing = (name: string) => `import * as wrong from '${name}'\nexport const value: unknown = wrong\n`

describe.each([
  {
    folder: 'src-shared',
    wrong: {
      'imports Node': importing('node:fs'),
      'imports the main side': importing('#main/services/platform'),
      'imports the main side by a relative path': importing('../src-main/services/platform'),
      'uses the browser': 'export const title: string = document.title\n',
      'uses Node': 'export const folder: string = process.cwd()\n',
    },
  },
  {
    folder: 'src-main',
    wrong: {
      'imports Electron': importing('electron'),
      'imports the renderer': importing('#renderer/main'),
      'imports a host that knows Electron': importing('#main/hosts/electron/main'),
      'uses the browser': 'export const title: string = document.title\n',
    },
  },
  {
    folder: 'src-main/hosts/electron',
    wrong: { 'imports the renderer': importing('#renderer/main') },
  },
  {
    folder: 'src-renderer',
    wrong: {
      'imports the main side': importing('#main/services/platform'),
      'imports the main side by a relative path': importing('../src-main/services/platform'),
      'imports Node': importing('node:fs'),
      'uses Node': 'export const folder: string = process.cwd()\n',
    },
  },
])('compiler project $folder', ({ folder, wrong }) => {
  it('takes a file that keeps the rules', () => {
    expect(compile(folder, fine)).toEqual([])
  })

  it.each(Object.entries(wrong))('refuses a file that %s', (_, source) => {
    expect(compile(folder, source)).not.toEqual([])
  })
})

