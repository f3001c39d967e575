import { describe, expect, it } from 'vitest'
import { decodeWav, encodeWav } from '#shared/audio/wavCodec'
import { wavHeader } from '#shared/audio/wavHeader'

const clip = { sampleRate: 48000, channels: [Float32Array.of(0, 0.5, -1, 0.25, 1 / 3), Float32Array.of(1, 2 ** -15, 2 ** -23, -(2 ** -23), -0.75)] }

describe('WAV in memory', () => {
  it('float comes back to the bit, integers to half a step', () => {
    expect(decodeWav(encodeWav(clip))).toEqual(clip)
    for (const [encoding, step] of [['int16', 2 ** -15], ['int24', 2 ** -23]] as const) {
      const back = decodeWav(encodeWav(clip, encoding))
      expect(back.sampleRate).toBe(48000)
      for (const [channel, samples] of back.channels.entries()) {
        for (const [i, value] of samples.entries()) expect(Math.abs(value - Math.min(clip.channels[channel]![i]!, 1 - step))).toBeLessThanOrEqual(step / 2)
      }
    }
  })

  it('an odd number of bytes is padded, more channels are extensible', () => {
    const mono = { sampleRate: 8000, channels: [Float32Array.of(0.5, 0.25, -0.5)] }
    expect(encodeWav(mono, 'int24').length % 2).toBe(0)
    expect(decodeWav(encodeWav(mono, 'int24'))).toEqual(mono)
    const three = { sampleRate: 8000, channels: [0.5, 0.25, -0.5].map((value) => Float32Array.of(value)) }
    expect(decodeWav(encodeWav(three, 'int16'))).toEqual(three)
  })

  it('refuses what it can not read', () => {
    expect(() => decodeWav(new Uint8Array(100))).toThrow(expect.objectContaining({ code: 'NOT_AUDIO' }))
    const eightBit = encodeWav(clip, 'int16')
    new DataView(eightBit.buffer).setUint16(48 + 22, 8, true)
    expect(() => decodeWav(eightBit)).toThrow(expect.objectContaining({ code: 'AUDIO_UNSUPPORTED' }))
  })
})

describe('WAV header', () => {
  const shape = { encoding: 'float32', sampleRate: 44100, channels: 2 } as const

  // Would catch: sizes that wrap at 4 GB, which makes a 3-hour song a few seconds long in other programs.
  it('turns into RF64 with 64-bit sizes where RIFF ends', () => {
    const most = Math.floor((2 ** 32 - 2 - wavHeader(shape, 0, 0).length) / 8)
    const riff = wavHeader(shape, most, 0)
    const long = wavHeader(shape, most + 1, 0)
    const text = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
    expect([text(riff, 0), text(riff, 12)]).toEqual(['RIFF', 'JUNK'])
    expect([text(long, 0), text(long, 12)]).toEqual(['RF64', 'ds64'])
    expect(long.length).toBe(riff.length)
    const view = new DataView(long.buffer)
    expect(view.getUint32(4, true)).toBe(0xffffffff)
    expect(Number(view.getBigUint64(20, true))).toBe(long.length - 8 + (most + 1) * 8)
    expect(Number(view.getBigUint64(28, true))).toBe((most + 1) * 8)
    expect(Number(view.getBigUint64(36, true))).toBe(most + 1)
  })
})
