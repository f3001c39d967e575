import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './setup.mjs'

const sampleRate = 44_100

/**
 * Writes songs with stems, `<song>/vocals.wav` and `<song>/accompaniment.wav`, that are stretches of the demo song at another speed.
 * @param page a page of a browser, which decodes and resamples
 * @param songs `{ name, start, rate, seconds, vocals }`: `start` in seconds of the demo, `vocals` a gain
 */
export async function writeMadeUpSongs(page, folder, songs) {
  for (const { name, vocals, ...stretch } of songs) {
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(join(folder, name, 'vocals.wav'), await rendered(page, 'vocals', { ...stretch, gain: vocals }))
    await writeFile(join(folder, name, 'accompaniment.wav'), await rendered(page, 'music', { ...stretch, gain: 1 }))
  }
}

/** Returns a stretch of a stem of the demo song as a WAV file of 16 bits, stereo. */
export async function rendered(page, stem, { start, rate, seconds, gain }) {
  const flac = readFileSync(join(root, 'resources', 'demo', `${stem}.flac`)).toString('base64')
  const samples = await page.evaluate(renderInPage, { flac, start, rate, seconds, gain, sampleRate })
  return withHeader(Buffer.from(samples, 'base64'))
}

/** Runs in the browser; returns interleaved 16-bit samples as base64. */
async function renderInPage({ flac, start, rate, seconds, gain, sampleRate }) {
  const context = new OfflineAudioContext(2, Math.round(seconds * sampleRate), sampleRate)
  const source = context.createBufferSource()
  source.buffer = await context.decodeAudioData(Uint8Array.from(atob(flac), (letter) => letter.charCodeAt(0)).buffer)
  source.playbackRate.value = rate
  source.loop = true
  const volume = context.createGain()
  volume.gain.value = gain
  source.connect(volume).connect(context.destination)
  source.start(0, start)
  const sound = await context.startRendering()
  const planes = [sound.getChannelData(0), sound.getChannelData(1)]
  const samples = Int16Array.from({ length: 2 * sound.length }, (_, i) => Math.max(-1, Math.min(1, planes[i % 2][i >> 1])) * 32_767)
  const bytes = new Uint8Array(samples.buffer)
  let text = ''
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768))
  return btoa(text)
}

function withHeader(samples) {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(2, 22)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(4 * sampleRate, 28)
  header.writeUInt16LE(4, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  return Buffer.concat([header, samples])
}
