import type { Network } from '#main/engine/network'
import { type AxisSizes, batchOf, layOut, mismatch, parseLayout, type TensorLayout } from '#main/separation/network/tensorLayout'
import type { NetworkAdapter, NetworkTensor } from '#shared/contract/networkAdapter'
import { isFftSize } from '#shared/dsp/fft'
import { AppError } from '#shared/errors'
import { randomStream } from '#shared/random'

/** A network and how its tensors are filled and read; what fits was checked. */
export interface FittedNetwork {
  readonly network: Network
  readonly adapter: NetworkAdapter
  /** Bins that it sees; 0 for waveforms. */
  readonly bins: number
  /** Items that are computed at once; an item is one segment of the network's channels. */
  readonly batch: number
  readonly input: TensorLayout
  readonly output: TensorLayout
  readonly outputName: string
}

const inputAxes = {
  waveform: ['batch', 'channel', 'sample'],
  magnitude: ['batch', 'channel', 'bin', 'frame'],
  complex: ['batch', 'channel', 'part', 'bin', 'frame'],
} as const

const outputAxes = {
  waveform: ['batch', 'stem', 'channel', 'sample'],
  mask: ['batch', 'stem', 'channel', 'bin', 'frame'],
  magnitude: ['batch', 'stem', 'channel', 'bin', 'frame'],
  complexMask: ['batch', 'stem', 'channel', 'part', 'bin', 'frame'],
  spectrum: ['batch', 'stem', 'channel', 'part', 'bin', 'frame'],
} as const

/**
 * Holds a network against its description.
 * @param batch items at once, where the network leaves that open
 * @throws AppError INVALID_INPUT where the description contradicts itself; MODEL_INCOMPATIBLE where the network is not as it
 *   says, with what was expected and what was found
 */
export function fitNetwork(network: Network, adapter: NetworkAdapter, batch: number): FittedNetwork {
  const bins = binsOf(adapter)
  const input = onlyInput(network)
  const output = chosenOutput(network, adapter)
  const inputDimensions = parseLayout(adapter.inputLayout, inputAxes[adapter.input].filter(needed(adapter)))
  const outputDimensions = parseLayout(adapter.outputLayout, outputAxes[adapter.output].filter(needed(adapter)))
  const isWaveform = adapter.input === 'waveform'
  const sizes: AxisSizes = {
    batch: batchOf(inputDimensions, input) ?? batchOf(outputDimensions, output) ?? batch,
    stem: adapter.stems,
    channel: adapter.channels,
    part: 2,
    bin: bins,
    frame: isWaveform ? 1 : adapter.segment,
    sample: isWaveform ? adapter.segment : 1,
  }
  const layouts = { input: layOut(inputDimensions, sizes), output: layOut(outputDimensions, sizes) }
  const wrong =
    mismatch('the input', adapter.inputLayout, layouts.input, input) ?? mismatch('the output', adapter.outputLayout, layouts.output, output)
  if (wrong) throw incompatible(wrong)
  return { network, adapter, bins, batch: sizes.batch, ...layouts, outputName: output.name }
}

/** A dimension of size 1 need not be named. */
function needed({ stems, channels, outputLayout, inputLayout }: NetworkAdapter) {
  return (axis: string): boolean => {
    const isNamed = new RegExp(`\\b${axis}\\b`).test(`${inputLayout} ${outputLayout}`)
    if (axis === 'stem') return stems > 1 || isNamed
    return axis !== 'channel' || channels > 1 || isNamed
  }
}

/** @throws AppError INVALID_INPUT */
function binsOf({ input, output, stft, bins, stems, stem }: NetworkAdapter): number {
  if ((input === 'waveform') !== (output === 'waveform')) throw contradiction('a waveform goes in where one comes out, and nowhere else')
  if (stem >= stems) throw contradiction(`it means stem ${stem} of ${stems}; the first one is 0`)
  if (input === 'waveform') return 0
  if (!stft) throw contradiction('it lacks "stft", the size and the hop of the spectra that the network sees')
  if (!isFftSize(stft.fftSize)) throw contradiction(`frames of ${stft.fftSize} samples can't be computed; multiples of 32 of the factors 2, 3 and 5 can`)
  if (stft.hopLength * 2 > stft.fftSize) throw contradiction(`a hop of ${stft.hopLength} is more than half of the frames' ${stft.fftSize} samples`)
  const all = stft.fftSize / 2 + 1
  if (bins !== undefined && bins > all) throw contradiction(`it names ${bins} bins; frames of ${stft.fftSize} samples have ${all}`)
  return bins ?? all
}

function onlyInput({ inputs }: Network): NetworkTensor {
  const [first, ...others] = inputs
  if (!first || others.length > 0) {
    throw incompatible(`it has ${inputs.length} inputs (${namesOf(inputs)}) where exactly one, for sound, is expected`)
  }
  return requireFloats('the input', first)
}

function chosenOutput({ outputs }: Network, { outputName }: NetworkAdapter): NetworkTensor {
  if (outputName === undefined && outputs.length !== 1) {
    throw incompatible(`it has ${outputs.length} outputs (${namesOf(outputs)}); the description has to name one as "outputName"`)
  }
  const output = outputs.find(({ name }) => outputName === undefined || name === outputName)
  if (!output) throw incompatible(`the output "${outputName}" is expected, and its outputs are ${namesOf(outputs)}`)
  return requireFloats('the output', output)
}

function requireFloats(what: string, tensor: NetworkTensor): NetworkTensor {
  if (tensor.type === 'float32') return tensor
  throw incompatible(`${what} "${tensor.name}" holds ${tensor.type} where float32 is expected; export it with 32-bit floats`)
}

function namesOf(tensors: readonly NetworkTensor[]): string {
  return tensors.map(({ name }) => name).join(', ') || 'none'
}

function contradiction(what: string): AppError {
  return new AppError('INVALID_INPUT', `The description of the network can't be used: ${what}. Nothing was imported; correct it and try again.`)
}

function incompatible(what: string): AppError {
  return new AppError(
    'MODEL_INCOMPATIBLE',
    `The network does not fit its description: ${what}. It was not used; correct the description, or export the network anew.`,
  )
}

/** Values of a network's answer that are kept and compared, spread over all of it. */
const probes = 32

/**
 * What a network answers to noise of a seed, at `probes` places: whoever loads it later checks that it still does.
 * @throws AppError MODEL_INCOMPATIBLE where the answer has another shape than described, or is not finite
 */
export async function probeNetwork({ network, input, output, outputName, adapter }: FittedNetwork, seed: number): Promise<number[]> {
  const random = randomStream(seed)
  const size = input.shape.reduce((product, length) => product * length, 1)
  const noise = Float32Array.from({ length: size }, () => 0.1 * random.normal())
  const { values, shape } = await network.run(adapter.input === 'magnitude' ? noise.map(Math.abs) : noise, input.shape, outputName)
  if (!(values instanceof Float32Array)) throw incompatible(`the output "${outputName}" holds no 32-bit floats`)
  const wrong = mismatch('the answer', adapter.outputLayout, output, { name: outputName, type: 'float32', shape: [...shape] })
  if (wrong) throw incompatible(wrong)
  const found = Array.from({ length: probes }, (_, i) => values[Math.floor((i * values.length) / probes)]!)
  if (!values.every(Number.isFinite)) throw incompatible('to noise it answers with numbers that are not finite')
  return found
}
