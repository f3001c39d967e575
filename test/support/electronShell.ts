import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import { buildHalvingCompute } from '#test/builds'
import { standIn } from '#test/electronStandIn'
import { projectRoot } from '#test/projectFiles'

const card = { name: 'DuoVAE', summary: '', licence: '', parameters: 1, sha256: '0'.repeat(64) }

/**
 * Starts the desktop app's main process and preload script as they are, in the folder `root`, with the stand-in separator. The
 * test file has mocked `electron` with the stand-in, and the app's root with `root`.
 */
export async function startShell(root: string): Promise<void> {
  mkdirSync(join(root, 'out/renderer'), { recursive: true })
  writeFileSync(join(root, 'out/renderer/index.html'), '<title>Stemwright</title>')
  mkdirSync(join(root, 'resources/models/duovae'), { recursive: true })
  symlinkSync(join(projectRoot, 'resources/demo'), join(root, 'resources/demo'))
  writeFileSync(join(root, 'resources/models/duovae/card.json'), JSON.stringify(card))
  vi.stubEnv('STEMWRIGHT_LIBRARY', join(root, 'library'))
  standIn.userData = join(root, 'user')
  // The stand-in separator finds its packages there.
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'))
  standIn.computeProgram = await buildHalvingCompute(join(root, 'out/compute'))
  process.argv = ['electron', root]
  await import('#main/hosts/electron/main')
  await import('#main/hosts/electron/preload')
  await vi.waitUntil(() => standIn.windows.at(-1)?.loaded.includes('app://stemwright/index.html'), { timeout: 10_000 })
}
