import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { build } from 'vite'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Builds the page as the app's own build does, and returns its folder. */
export async function buildPage(folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: join(root, 'src-renderer'),
    plugins: [vue()],
    build: { outDir: folder, emptyOutDir: true },
  })
  return folder
}

/** Builds test/support/halvingCompute.ts and returns the path of the program. */
export function buildHalvingCompute(folder: string): Promise<string> {
  return buildProgram('halvingCompute', folder)
}

/** Builds a program of test/support for Node and returns its path. */
export async function buildProgram(name: string, folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: { ssr: join(root, `test/support/${name}.ts`), outDir: folder, emptyOutDir: true },
  })
  return join(folder, `${name}.js`)
}
