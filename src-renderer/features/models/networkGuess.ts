import type { NetworkInspection } from '#shared/contract/models'
import type { NetworkDescription, NetworkDescriptionInput, NetworkTensor } from '#shared/contract/networkAdapter'

/** What the form begins with: every field has a value. */
export type NetworkForm = Required<Omit<NetworkDescription, 'stft' | 'bins' | 'outputName' | 'attributions'>> & {
  fftSize: number
  hopLength: number
  window: NonNullable<NetworkDescription['stft']>['window']
  /** 0 for all. */
  bins: number
  /** Empty where there is one output. */
  outputName: string
}

const plain: NetworkForm = {
  name: '',
  summary: '',
  licence: '',
  sampleRate: 44100,
  channels: 2,
  input: 'magnitude',
  output: 'mask',
  fftSize: 4096,
  hopLength: 1024,
  window: 'hann',
  bins: 0,
  segment: 256,
  inputLayout: 'batch channel bin frame',
  outputLayout: 'batch channel bin frame',
  outputName: '',
  stems: 1,
  stem: 0,
  gives: 'vocals',
  scale: 1,
  gain: 1,
}

/** Sizes of frames that networks with so many bins of them are known to use. */
const knownFrames: Readonly<Record<number, number>> = { 2048: 6144, 3072: 7680, 2560: 5120 }

/**
 * Fills the form in: with what the description beside the network says, and else with what networks of such a shape mostly
 * are. The user sees it all before anything is imported.
 */
export function guessForm(fileName: string, { inputs, outputs, description = {} }: NetworkInspection): NetworkForm {
  const name = fileName.replace(/\.onnx$/i, '')
  const gives = /inst|music|karaoke/i.test(name) ? 'music' : 'vocals'
  const { stft, bins, outputName, attributions: _, ...said } = description
  const output = outputs.find((tensor) => tensor.name === outputName) ?? outputs.find((tensor) => /vocal/i.test(tensor.name)) ?? outputs[0]
  const shape = inputs[0] && output ? shapeGuess(inputs[0], output) : {}
  return {
    ...plain,
    name,
    gives,
    outputName: outputs.length > 1 ? (output?.name ?? '') : '',
    ...shape,
    ...(stft && { fftSize: stft.fftSize, hopLength: stft.hopLength, window: stft.window }),
    ...(bins !== undefined && { bins }),
    ...said,
  }
}

function shapeGuess(input: NetworkTensor, output: NetworkTensor): Partial<NetworkForm> {
  const [, second, third, fourth] = input.shape
  const channels = second === 1 ? 1 : 2
  if (input.shape.length === 3) return waveformGuess(channels, third, output)
  if (input.shape.length !== 4) return {}
  const [bins, segment] = [sizeOr(third, 2049), sizeOr(fourth, 256)]
  if (second === 4) {
    const fftSize = knownFrames[bins] ?? 2 * bins
    const layout = 'batch (channel part) bin frame'
    return { channels: 2, input: 'complex', output: 'spectrum', fftSize, hopLength: 1024, bins, segment, inputLayout: layout, outputLayout: layout }
  }
  const fftSize = 2 * (bins - 1)
  return { channels, input: 'magnitude', output: 'magnitude', fftSize, hopLength: Math.round(fftSize / 4), segment }
}

function waveformGuess(channels: 1 | 2, samples: number | string | undefined, { shape }: NetworkTensor): Partial<NetworkForm> {
  const stems = shape.length === 4 ? sizeOr(shape[1], 4) : 1
  return {
    channels,
    input: 'waveform',
    output: 'waveform',
    segment: sizeOr(samples, 441_000),
    inputLayout: 'batch channel sample',
    outputLayout: shape.length === 4 ? 'batch stem channel sample' : 'batch channel sample',
    stems,
    // Vocals come last where there are drums, bass and others.
    stem: stems - 1,
  }
}

function sizeOr(size: number | string | undefined, otherwise: number): number {
  return typeof size === 'number' && size > 0 ? size : otherwise
}

/** Returns what the filled-in form describes. */
export function describeForm({ fftSize, hopLength, window, bins, outputName, ...rest }: NetworkForm): NetworkDescriptionInput {
  return {
    ...rest,
    ...(rest.input !== 'waveform' && { stft: { fftSize, hopLength, window } }),
    ...(rest.input !== 'waveform' && bins > 0 && { bins }),
    ...(outputName !== '' && { outputName }),
  }
}

/** A tensor as the user reads it: input [1, 2, 2049, 256]. */
export function tensorText({ name, type, shape }: NetworkTensor): string {
  return `${name} [${shape.map((size) => (size === -1 || size === '' ? '?' : size)).join(', ')}]${type === 'float32' ? '' : ` of ${type}`}`
}
