import { dirname, join } from 'node:path'
import { callersFolder } from '#main/hosts/cli/command'
import { runSeparate } from '#main/hosts/cli/run'
import { nodePlatform } from '#main/node/nodePlatform'

const platform = nodePlatform('cli')
const demo = dirname(platform.demoSong)

process.exitCode = await runSeparate(process.argv.slice(2), {
  platform,
  folder: callersFolder('separate'),
  demoStems: { vocals: join(demo, 'vocals.flac'), accompaniment: join(demo, 'music.flac') },
  output: process.stdout,
  screen: process.stderr,
  onInterrupt(callback) {
    process.on('SIGINT', callback)
    process.on('SIGTERM', callback)
  },
})
