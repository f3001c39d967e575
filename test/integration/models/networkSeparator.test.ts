import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openOnnx } from '#main/engine/backends/onnx'
import { openNetworkSeparator } from '#main/separation/network/networkSeparator'
import type { SeparationInput } from '#main/separation/separator'
import { unwatchedContext } from '#main/node/workContext'
import { networkAdapter, type NetworkAdapterInput, networkDescription } from '#shared/contract/networkAdapter'
import { concatenate } from '#shared/audio/concatenate'
import { randomStream } from '#shared/random'
import { buildNetwork, constant, openScaling, scaling } from '#test/networks'

const engine = await openOnnx('cpu')
const documentation = await readFile(join(import.meta.dirname, '../../../docs/onnx-networks.md'), 'utf8')
afterAll(() => engine.dispose())

const rate = 44100
const random = randomStream(3)
const noise = (length: number) => Float32Array.from({ length }, () => 0.1 * random.normal())

function sound(channels: readonly Float32Array[], sampleRate = rate, blockLength = 5000): SeparationInput {
  const blocks = (async function* () {
    for (let at = 0; at < channels[0]!.length; at += blockLength) yield channels.map((samples) => samples.subarray(at, at + blockLength))
  })()
  return { sampleRate, channels: channels.length, frames: channels[0]!.length, blocks }
}

async function separate(model: Uint8Array, description: NetworkAdapterInput, input: SeparationInput, quality: 'fast' | 'best' = 'fast'): Promise<Float32Array[]> {
  const separator = await openNetworkSeparator(model, networkAdapter.parse(description), engine, 4)
  try {
    const found: Float32Array[][] = []
    for await (const block of separator.vocals(input, { quality }, unwatchedContext())) found.push(block)
    return found[0]!.map((_, channel) => concatenate(found.map((block) => block[channel]!)))
  } finally {
    separator.dispose()
  }
}

/** Largest difference from `factor` times the sound. */
function worst(found: readonly Float32Array[], expected: readonly Float32Array[], factor: number): number {
  expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length))
  return Math.max(...found.map((samples, c) => samples.reduce((most, value, i) => Math.max(most, Math.abs(value - factor * expected[c]![i]!)), 0)))
}

const stft = { fftSize: 2048, hopLength: 512 }
const spectral = { sampleRate: rate, channels: 2, stft, segment: 32 } as const

describe('a network that was made elsewhere', () => {
  // Two and a half segments of noise: what is lost or doubled where segments meet would show.
  const stereo = [noise(41_000), noise(41_000)]

  it('masks magnitudes, as Open-Unmix does: [batch, channel, bin, frame]', async () => {
    const model = constant([1, 2, 1025, 32], Float32Array.of(0.5), [1])
    const layouts = { inputLayout: 'batch channel bin frame', outputLayout: 'batch channel bin frame' }
    expect(worst(await separate(model, { ...spectral, ...layouts, input: 'magnitude', output: 'mask' }, sound(stereo)), stereo, 0.5)).toBeLessThan(1e-6)
    const estimated = scaling([1, 2, 1025, 32], 0.25)
    const found = await separate(estimated, { ...spectral, ...layouts, input: 'magnitude', output: 'magnitude' }, sound(stereo), 'best')
    expect(worst(found, stereo, 0.25)).toBeLessThan(1e-6)
  })

  it('gives spectra, as MDX-Net does: [batch, channels × parts, bin, frame], fewer bins than there are', async () => {
    const shape = [1, 4, 768, 32]
    const layouts = { inputLayout: 'batch (channel part) bin frame', outputLayout: 'batch (channel part) bin frame' }
    const found = await separate(scaling(shape, 0.5), { ...spectral, ...layouts, input: 'complex', output: 'spectrum', bins: 768 }, sound(stereo))
    // 768 of 1025 bins are half there, the rest is music: three eighths of the power of white noise is gone from the vocals.
    const power = (samples: Float32Array) => samples.reduce((sum, value) => sum + value * value, 0)
    expect(power(found[0]!) / power(stereo[0]!)).toBeCloseTo(0.25 * (768 / 1025), 1)
    const low = stereo.map((samples) => samples.map((_, n) => 0.3 * Math.sin(n * 0.05)))
    const halved = await separate(scaling(shape, 0.5), { ...spectral, ...layouts, input: 'complex', output: 'spectrum', bins: 768 }, sound(low))
    expect(worst(halved.map((c) => c.subarray(2048, -2048)), low.map((c) => c.subarray(2048, -2048)), 0.5)).toBeLessThan(1e-5)
  })

  it('is a low-pass filter where its mask is one: what is above its bins belongs to the music', async () => {
    const mask = Float32Array.from({ length: 1025 }, (_, bin) => (bin < 200 ? 1 : 0))
    const model = constant([1, 1025, 32, 2], mask, [1025, 1, 1])
    const description = { ...spectral, inputLayout: '1 bin frame channel', outputLayout: '1 bin frame channel', input: 'magnitude', output: 'mask' } as const
    const tone = (hertz: number) => Float32Array.from({ length: 40_000 }, (_, n) => 0.3 * Math.sin((2 * Math.PI * hertz * n) / rate))
    const [low, high] = [tone(1000), tone(12_000)]
    const found = await separate(model, description, sound([low.map((value, n) => value + high[n]!), high]))
    const inner = (samples: Float32Array) => samples.subarray(4096, -4096)
    expect(worst([inner(found[0]!)], [inner(low)], 1)).toBeLessThan(1e-4)
    expect(Math.max(...inner(found[1]!).map(Math.abs))).toBeLessThan(1e-4)
  })

  it('multiplies by complex masks, with the parts last', async () => {
    // i turns the phase by a quarter: twice so is minus the sound. One run gives i·X, whose real part differs from X.
    const mask = Float32Array.of(0, 1)
    const model = constant([1, 2, 1025, 32, 2], mask, [2])
    const layouts = { inputLayout: 'batch channel bin frame part', outputLayout: 'batch channel bin frame part' }
    const description = { ...spectral, ...layouts, input: 'complex', output: 'complexMask' } as const
    const cosine = Float32Array.from({ length: 40_000 }, (_, n) => 0.3 * Math.cos((2 * Math.PI * 2000 * n) / rate))
    const found = await separate(model, description, sound([cosine, cosine]))
    const expected = Float32Array.from({ length: 40_000 }, (_, n) => -0.3 * Math.sin((2 * Math.PI * 2000 * n) / rate))
    expect(worst([found[0]!.subarray(4096, -4096)], [expected.subarray(4096, -4096)], 1)).toBeLessThan(1e-3)
  })

  it('takes and gives samples, as Demucs does, and is meant by the stem that is named', async () => {
    const size = 8192
    // Four stems: 0, 0.1, 0.2 and 0.3 times the mixture.
    const model = buildNetwork([1, 2, size], (graph, input) => {
      const wide = graph.reshape(input, [1, 1, 2, size])
      return graph.add('Mul', [wide, graph.constant(Float32Array.of(0, 0.1, 0.2, 0.3), [1, 4, 1, 1])], [1, 4, 2, size])
    })
    const description = { sampleRate: rate, channels: 2, input: 'waveform', output: 'waveform', segment: size, stems: 4, stem: 3 } as const
    const layouts = { inputLayout: 'batch channel sample', outputLayout: 'batch stem channel sample' }
    expect(worst(await separate(model, { ...description, ...layouts }, sound(stereo)), stereo, 0.3)).toBeLessThan(1e-6)
    expect(worst(await separate(model, { ...description, ...layouts, gives: 'music', gain: 2 }, sound(stereo), 'best'), stereo, 0.4)).toBeLessThan(1e-6)
  })

  it('hears mono twice where it wants stereo, and left and right apart where it wants mono', async () => {
    const layouts = { inputLayout: 'batch channel sample', outputLayout: 'batch channel sample' }
    const wave = { sampleRate: rate, input: 'waveform', output: 'waveform', segment: 4096, ...layouts } as const
    const sides = constant([1, 2, 4096], Float32Array.of(0), [1])
    expect(worst(await separate(sides, { ...wave, channels: 2 }, sound([stereo[0]!])), [stereo[0]!], 0)).toBeLessThan(1e-6)
    // Left is doubled, right is silent: their mean is the mono sound.
    const leftOnly = buildNetwork([1, 2, 4096], (graph, input) => graph.add('Mul', [input, graph.constant(Float32Array.of(2, 0), [1, 2, 1])], [1, 2, 4096]))
    expect(worst(await separate(leftOnly, { ...wave, channels: 2 }, sound([stereo[0]!])), [stereo[0]!], 1)).toBeLessThan(1e-6)
    const mono = scaling([3, 1, 4096], 0.5)
    expect(worst(await separate(mono, { ...wave, channels: 1 }, sound(stereo)), stereo, 0.5)).toBeLessThan(1e-6)
  })

  it('works at its own rate, and keeps the length of the song to the sample', async () => {
    const low = [0, 1].map(() => Float32Array.from({ length: 50_001 }, (_, n) => 0.3 * Math.sin(n * 0.02)))
    const layouts = { inputLayout: 'batch channel sample', outputLayout: 'batch channel sample' }
    const description = { sampleRate: 16000, channels: 2, input: 'waveform', output: 'waveform', segment: 4000, ...layouts } as const
    const found = await separate(scaling([1, 2, 4000], 0.5), description, sound(low, 48000))
    expect(worst(found.map((c) => c.subarray(1000, -1000)), low.map((c) => c.subarray(1000, -1000)), 0.5)).toBeLessThan(1e-3)
    expect(found[0]!.length).toBe(50_001)
  })

  // Would catch items of a batch that are mixed up, or answers that are not all read.
  it('computes several segments at once where the network leaves the size of its batches open', async () => {
    const layouts = { inputLayout: 'batch channel bin frame', outputLayout: 'batch channel bin frame' }
    const description = { ...spectral, ...layouts, input: 'magnitude', output: 'magnitude' } as const
    const model = openScaling(['batch', 2, 1025, 'frames'], 0.5)
    const long = [noise(150_000), noise(150_000)]
    expect(worst(await separate(model, description, sound(long)), long, 0.5)).toBeLessThan(1e-6)
    expect(worst(await separate(model, description, sound(long), 'best'), long, 0.5)).toBeLessThan(1e-6)
    const fixed = scaling([3, 2, 1025, 32], 0.5)
    expect(worst(await separate(fixed, description, sound(long)), long, 0.5)).toBeLessThan(1e-6)
  })

  it('separates a song that is shorter than one segment, and one that arrives sample by sample', async () => {
    const short = [noise(700)]
    const layouts = { inputLayout: 'batch channel sample', outputLayout: 'batch channel sample' }
    const description = { sampleRate: rate, channels: 1, input: 'waveform', output: 'waveform', segment: 4096, ...layouts } as const
    expect(worst(await separate(scaling([1, 1, 4096], 0.5), description, sound(short, rate, 1)), short, 0.5)).toBeLessThan(1e-6)
  })
})

describe('the documentation', () => {
  // Would catch examples that nobody can use.
  it.each([
    ['MDX-Net', [1, 4, 2048, 256], [1, 4, 2048, 256]],
    ['Open-Unmix', [1, 2, 2049, 256], [1, 2, 2049, 256]],
    ['Four stems', [1, 2, 343980], [1, 4, 2, 343980]],
  ])('has a description of %s that fits such a network', async (name, input, output) => {
    const examples = [...documentation.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => networkDescription.parse(JSON.parse(json!)))
    const adapter = examples.find((example) => example.name === name)!
    const model = buildNetwork(input, (graph, value) => {
      const wide = output.length > input.length ? graph.reshape(value, [1, 1, ...input.slice(1)]) : value
      return graph.add('Expand', [wide, graph.integers(...output)], output)
    })
    const separator = await openNetworkSeparator(model, adapter, engine, 4)
    separator.dispose()
    for (const field of Object.keys(networkDescription.shape)) expect(documentation).toContain(`\`${field}\``)
  })
})

describe('a network that does not fit its description', () => {
  const right = { ...spectral, inputLayout: 'batch channel bin frame', outputLayout: 'batch channel bin frame', input: 'magnitude', output: 'mask' } as const
  const model = scaling([1, 2, 1025, 32], 0.5)
  const open = (description: NetworkAdapterInput, bytes = model) => openNetworkSeparator(bytes, networkAdapter.parse(description), engine, 4)
  const says = (code: string, ...parts: string[]) => ({ code, message: expect.stringMatching(new RegExp(parts.join('.*'))) as string })

  it.each([
    ['another size', { ...right, bins: 1000 }, 'MODEL_INCOMPATIBLE', ['"input" is \\[1, 2, 1025, 32\\]', '\\[1, 2, 1000, 32\\]', 'dimension 3 is 1025 where 1000 is expected']],
    ['another number of frames', { ...right, segment: 64 }, 'MODEL_INCOMPATIBLE', ['dimension 4 is 32 where 64 is expected']],
    ['another order', { ...right, inputLayout: 'batch channel frame bin' }, 'MODEL_INCOMPATIBLE', ['dimension 3 is 1025 where 32 is expected']],
    ['other dimensions', { ...right, input: 'complex', output: 'complexMask', inputLayout: 'batch channel bin frame part', outputLayout: 'batch channel bin frame part' }, 'MODEL_INCOMPATIBLE', ['4 dimensions were found where 5 are expected']],
    ['an output that is not there', { ...right, outputName: 'vocals' }, 'MODEL_INCOMPATIBLE', ['"vocals" is expected', 'output']],
    ['an unknown axis', { ...right, inputLayout: 'batch channel bin time' }, 'INVALID_INPUT', ['"time" is none of']],
    ['a missing axis', { ...right, inputLayout: 'batch channel bin' }, 'INVALID_INPUT', ['lacks frame']],
    ['brackets', { ...right, inputLayout: 'batch (channel bin frame' }, 'INVALID_INPUT', ['brackets']],
    ['waveform and mask', { ...right, input: 'waveform', inputLayout: 'batch channel sample' }, 'INVALID_INPUT', ['a waveform goes in where one comes out']],
    ['no transform', { ...right, stft: undefined }, 'INVALID_INPUT', ['lacks "stft"']],
    ['a stem beyond the last', { ...right, stem: 2 }, 'INVALID_INPUT', ['stem 2 of 1']],
  ] as [string, NetworkAdapterInput, string, string[]][])('is told by %s', async (_, description, code, parts) => {
    await expect(open(description)).rejects.toMatchObject(says(code, ...parts))
  })

  it('is refused where it is no ONNX model, has two inputs, or other numbers than floats', async () => {
    await expect(open(right, new TextEncoder().encode('not a network'))).rejects.toMatchObject(says('MODEL_INCOMPATIBLE', 'could not be loaded'))
    await expect(open(right, model.slice(0, model.length - 20))).rejects.toMatchObject({ code: 'MODEL_INCOMPATIBLE' })
    const two = buildNetwork([1, 2, 1025, 32], (graph, input) => graph.add('Add', [input, graph.input('other', [1, 2, 1025, 32])], [1, 2, 1025, 32]))
    await expect(open(right, two)).rejects.toMatchObject(says('MODEL_INCOMPATIBLE', '2 inputs \\(input, other\\)'))
  })

  it('is refused later where it no longer answers as it did', async () => {
    const adapter = networkAdapter.parse(right)
    const same = { seed: 1, values: Array.from({ length: 32 }, () => 0.3) }
    await expect(openNetworkSeparator(model, adapter, engine, 4, same)).rejects.toMatchObject({ code: 'MODEL_CORRUPT' })
  })
})
