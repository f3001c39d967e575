import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { type AudioFormat, createAudioWriter } from '#main/node/audioWriter'
import { openWav } from '#renderer/playback/wavSource'

const folder = mkdtempSync(join(tmpdir(), 'stemwright-wav-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => vi.unstubAllGlobals())

async function written(format: AudioFormat, block: Float32Array[], options: { riffLimit?: number } = {}): Promise<Uint8Array> {
  const path = join(folder, `${format}-${options.riffLimit ?? 0}.wav`)
  const writer = await createAudioWriter(path, { format, sampleRate: 48000, channels: block.length, tags: { title: 'A' }, overwrite: true, ...options })
  await writer.write(block)
  await writer.finish()
  return readFileSync(path)
}

/** Serves `file` by ranges. */
function serve(file: Uint8Array, ignoringRanges = false): void {
  vi.stubGlobal('fetch', async (_url: string, { headers }: { headers: { Range: string } }) => {
    const [first, last] = /(\d+)-(\d+)/.exec(headers.Range)!.slice(1).map(Number)
    const bytes = ignoringRanges ? file : file.slice(first, last! + 1)
    return { status: ignoringRanges ? 200 : 206, arrayBuffer: async () => Uint8Array.from(bytes).buffer }
  })
}

const left = Float32Array.from([0, 0.5, -0.5, -1, 1 - 2 ** -15])
const right = Float32Array.from([0.25, -0.25, 2 ** -15, -(2 ** -15), 0.75])

describe('the WAV files that our own writer makes', () => {
  it.each(['wav16', 'wav24', 'wav32f'] as const)('%s is read back sample by sample', async (format) => {
    serve(await written(format, [left, right]))
    const sound = await openWav('/sound.wav')
    expect(sound).toMatchObject({ sampleRate: 48000, channels: 2, frames: 5 })
    expect(await sound.read(0, 100)).toEqual([left, right])
    expect(await sound.read(1, 3)).toEqual([left.slice(1, 4), right.slice(1, 4)])
    expect(await sound.read(5, 3)).toEqual([new Float32Array(0), new Float32Array(0)])
  })

  it('is read from an RF64 file, whose length of 4 GiB or more does not fit the old header', async () => {
    const file = await written('wav24', [left], { riffLimit: 1 })
    expect(new TextDecoder().decode(file.subarray(0, 4))).toBe('RF64')
    serve(file)
    expect(await openWav('/sound.wav')).toMatchObject({ channels: 1, frames: 5 })
  })

  it('is read as far as it is there while it is being written', async () => {
    serve(await written('wav32f', [left]))
    let ready = 2
    const sound = await openWav('/sound.wav', { frames: 5, ready: () => ready })
    expect([sound.frames, await sound.read(1, 4)]).toEqual([5, [left.slice(1, 2)]])
    ready = 5
    expect(await sound.read(1, 4)).toEqual([left.slice(1)])
  })

  it.each([100, 3])('refuses what is no WAV file of %i bytes instead of playing noise', async (length) => {
    serve(new Uint8Array(length))
    await expect(openWav('/sound.wav')).rejects.toMatchObject({ code: 'NOT_AUDIO' })
  })

  it('refuses a server that sends all instead of a part', async () => {
    serve(await written('wav24', [left]), true)
    await expect(openWav('/sound.wav')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})
