import { dirname, join } from 'node:path'
import { runSeparate } from '#main/hosts/cli/run'
import { nodePlatform } from '#main/node/nodePlatform'

const platform = nodePlatform('cli')
const demo = dirname(platform.demoSong)
const { npm_lifecycle_event: script, INIT_CWD: callersFolder } = process.env

process.exitCode = await runSeparate(process.argv.slice(2), {
  platform,
  // `npm run` starts scripts in the project's folder; relative paths mean the folder it was called from.
  folder: script === 'separate' && callersFolder ? callersFolder : process.cwd(),
  demoStems: { vocals: join(demo, 'vocals.flac'), accompaniment: join(demo, 'music.flac') },
  output: process.stdout,
  screen: process.stderr,
  onInterrupt(callback) {
    process.on('SIGINT', callback)
    process.on('SIGTERM', callback)
  },
})
