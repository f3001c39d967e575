import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const source = (path: string) => resolve(import.meta.dirname, path)

/** Everything that is started as a process of its own, by the name of its file in out/main. */
const mainEntries = {
  electron: source('src-main/hosts/electron/main.ts'),
  web: source('src-main/hosts/web/main.ts'),
  cli: source('src-main/hosts/cli/main.ts'),
  engines: source('src-main/hosts/cli/engines.ts'),
  train: source('src-main/hosts/cli/train.ts'),
  evaluate: source('src-main/hosts/cli/evaluate.ts'),
  publish: source('src-main/hosts/cli/publish.ts'),
  bench: source('src-main/hosts/cli/bench.ts'),
  compute: source('src-main/compute/entry.ts'),
  probe: source('src-main/engine/probe.ts'),
  patchWorker: source('src-main/node/patchWorker.ts'),
}

const preload = source('src-main/hosts/electron/preload.ts')
const page = source('src-renderer/index.html')
const existing = Object.fromEntries(Object.entries(mainEntries).filter(([, file]) => existsSync(file)))

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      // What runs while this builds, a training for example, may still load its old chunks.
      emptyOutDir: false,
      rolldownOptions: { input: existing, output: { format: 'es', chunkFileNames: 'chunks/[name]-[hash].js' } },
    },
  },
  // A sandboxed preload may require nothing but electron, so everything else is bundled, as CommonJS.
  ...(existsSync(preload) && {
    preload: {
      build: {
        outDir: 'out/preload',
        externalizeDeps: false,
        rolldownOptions: { input: { preload }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
      },
    },
  }),
  ...(existsSync(page) && {
    renderer: {
      root: source('src-renderer'),
      plugins: [vue()],
      build: { outDir: 'out/renderer', rolldownOptions: { input: page } },
    },
  }),
})
