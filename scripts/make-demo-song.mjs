// Plays the demo song and writes resources/demo/{mix,vocals,music}. Run by hand after a change to scripts/demo-song.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = process.argv[2] ?? join(root, 'resources/demo')
const { module } = await runnerImport(join(root, 'scripts/demo-song/song.ts'), { root, logLevel: 'error' })
const song = module.makeDemoSong(20260714)
await mkdir(folder, { recursive: true })
for (const [name, clip] of Object.entries(song)) {
  await writeFile(join(folder, `${name}.wav`), wav16(clip))
}

function wav16({ sampleRate, channels }) {
  const frames = channels[0].length
  const data = Buffer.alloc(44 + frames * 4)
  data.write('RIFF', 0)
  data.writeUInt32LE(36 + frames * 4, 4)
  data.write('WAVEfmt ', 8)
  data.writeUInt32LE(16, 16)
  data.writeUInt16LE(1, 20)
  data.writeUInt16LE(2, 22)
  data.writeUInt32LE(sampleRate, 24)
  data.writeUInt32LE(sampleRate * 4, 28)
  data.writeUInt16LE(4, 32)
  data.writeUInt16LE(16, 34)
  data.write('data', 36)
  data.writeUInt32LE(frames * 4, 40)
  for (let i = 0; i < frames; i++) {
    data.writeInt16LE(Math.round(channels[0][i] * 32768), 44 + i * 4)
    data.writeInt16LE(Math.round(channels[1][i] * 32768), 46 + i * 4)
  }
  return data
}
