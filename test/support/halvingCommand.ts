/** The command line with the stand-in separator of test/support/halvingCompute, for tests that need a process to signal. */
import { runSeparate } from '#main/hosts/cli/run'
import { forkCompute } from '#main/node/computeProcess'
import { createModelStore } from '#main/node/modelStore'
import { nodePlatform } from '#main/node/nodePlatform'
import { createSoundStore } from '#main/node/soundStore'
import { createStemStore } from '#main/node/stemStore'

const { TEST_COMPUTE, TEST_MODELS, TEST_LIBRARY, TEST_DEMO } = process.env as Record<string, string>

process.exitCode = await runSeparate(process.argv.slice(2), {
  platform: {
    ...nodePlatform('cli'),
    models: createModelStore([TEST_MODELS!]),
    stems: createStemStore(TEST_LIBRARY!),
    sounds: createSoundStore(`${TEST_LIBRARY!}/sounds`),
    demoSong: `${TEST_DEMO!}/mix.flac`,
    launchCompute: () => forkCompute(TEST_COMPUTE!),
  },
  folder: process.cwd(),
  demoStems: { vocals: `${TEST_DEMO!}/vocals.flac`, accompaniment: `${TEST_DEMO!}/music.flac` },
  output: process.stdout,
  screen: process.stderr,
  onInterrupt: (callback) => void process.on('SIGINT', callback),
})
