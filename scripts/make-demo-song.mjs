// Plays the demo song and writes resources/demo/{mix,vocals,music}.flac. Run by hand after a change to scripts/demo-song.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const seed = 20260714
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = process.argv[2] ?? join(root, 'resources/demo')
const load = async (path) => (await runnerImport(join(root, path), { root, logLevel: 'error' })).module

const { makeDemoSong } = await load('scripts/demo-song/song.ts')
const { createAudioWriter } = await load('src-main/node/audioWriter.ts')
await mkdir(folder, { recursive: true })
for (const [name, { sampleRate, channels }] of Object.entries(makeDemoSong(seed))) {
  const options = { format: 'flac', bitDepth: 16, sampleRate, channels: channels.length, overwrite: true }
  const writer = await createAudioWriter(join(folder, `${name}.flac`), { ...options, tags: { title: `Demo - ${name}` } })
  await writer.writeIntegers(channels.map((channel) => Int32Array.from(channel, (value) => Math.round(value * 32768))))
  await writer.finish()
}
