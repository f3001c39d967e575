import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type AudioFormat, createAudioWriter } from '#main/node/audioWriter'
import { decodeSamples, parseWavHeader } from '#renderer/playback/wavSource'

const folder = mkdtempSync(join(tmpdir(), 'stemwright-wav-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function written(format: AudioFormat, block: Float32Array[], options: { riffLimit?: number } = {}): Promise<DataView> {
  const path = join(folder, `${format}-${options.riffLimit ?? 0}.wav`)
  const writer = await createAudioWriter(path, { format, sampleRate: 48000, channels: block.length, tags: { title: 'A' }, ...options })
  await writer.write(block)
  await writer.finish()
  const bytes = readFileSync(path)
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

const left = Float32Array.from([0, 0.5, -0.5, -1, 1 - 2 ** -15])
const right = Float32Array.from([0.25, -0.25, 2 ** -15, -(2 ** -15), 0.75])

describe('the WAV files that our own writer makes', () => {
  it.each(['wav16', 'wav24', 'wav32f'] as const)('%s is read back sample by sample', async (format) => {
    const view = await written(format, [left, right])
    const layout = parseWavHeader(view)
    expect(layout).toMatchObject({ sampleRate: 48000, channels: 2, frames: 5 })
    const size = layout.frames * layout.channels * layout.bytesPerSample
    const samples = decodeSamples(new DataView(view.buffer, view.byteOffset + layout.dataStart, size), layout)
    expect(samples).toEqual([left, right])
  })

  it('is read from an RF64 file, whose length of 4 GiB or more does not fit the old header', async () => {
    const view = await written('wav24', [left], { riffLimit: 1 })
    expect(new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset, 4))).toBe('RF64')
    expect(parseWavHeader(view)).toMatchObject({ channels: 1, frames: 5 })
  })

  it('refuses what is no WAV file instead of playing noise', () => {
    expect(() => parseWavHeader(new DataView(new ArrayBuffer(100)))).toThrowError(expect.objectContaining({ code: 'AUDIO_UNSUPPORTED' }))
    expect(() => parseWavHeader(new DataView(new ArrayBuffer(3)))).toThrowError(expect.objectContaining({ code: 'AUDIO_UNSUPPORTED' }))
  })
})
