import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const minute = 60_000

/** Tests by kind: unit tests may take seconds, the others start processes, train networks and open browsers. */
export default defineConfig({
  test: {
    projects: [
      project('architecture', 2 * minute),
      project('unit', minute),
      project('learning', 5 * minute),
      project('integration', 5 * minute),
      project('e2e', 5 * minute),
    ],
  },
})

function project(name: string, testTimeout: number) {
  return {
    plugins: [vue()],
    test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout, pool: 'forks' as const },
  }
}
