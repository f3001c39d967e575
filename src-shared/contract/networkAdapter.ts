import { z } from 'zod'
import { analysisWindows } from '#shared/dsp/window'

/** What a network is given, and what it gives. */
export const networkInputs = ['waveform', 'magnitude', 'complex'] as const
export const networkOutputs = ['waveform', 'mask', 'complexMask', 'magnitude', 'spectrum'] as const

const count = z.number().int().positive()

/**
 * How a network that was made elsewhere is used to take songs apart. Layouts name the dimensions of a tensor in their order, as
 * in `batch (channel part) bin frame`: brackets make one dimension of several, the first of them being the slowest; `1`
 * is a dimension of that size. `part` is the real and the imaginary part. A network with one channel is given left and right
 * one after the other.
 */
export const networkAdapter = z.strictObject({
  /** Hertz. */
  sampleRate: z.number().int().min(8000).max(192000),
  channels: z.literal([1, 2]),
  input: z.enum(networkInputs),
  /** A mask is multiplied with the mixture; a magnitude takes the mixture's phase. */
  output: z.enum(networkOutputs),
  /** Frames are centred, with zeros around the sound. Not for waveforms. */
  stft: z.strictObject({ fftSize: count.max(65536), hopLength: count.max(32768), window: z.enum(analysisWindows).default('hann') }).optional(),
  /** How many bins the network sees, from 0 Hz on; without it all, fftSize / 2 + 1. What lies above belongs to the music. */
  bins: count.max(32769).optional(),
  /** Frames that it takes at once; samples for waveforms. */
  segment: count.max(1 << 24),
  inputLayout: z.string().max(120),
  outputLayout: z.string().max(120),
  /** Which of the network's outputs is meant; not needed where there is one. */
  outputName: z.string().max(200).optional(),
  /** Size of the dimension `stem` of the output, and which of these stems is meant, from 0 on. */
  stems: count.max(64).default(1),
  stem: z.number().int().nonnegative().default(0),
  /** What the stem is; of music, the vocals are what it leaves of the song. */
  gives: z.enum(['vocals', 'music']).default('vocals'),
  /** What samples, magnitudes or spectra are multiplied with before they go in, and divided by when they come out. */
  scale: z.number().positive().default(1),
  /** What the output is multiplied with besides. */
  gain: z.number().positive().default(1),
})
export type NetworkAdapter = z.output<typeof networkAdapter>
export type NetworkAdapterInput = z.input<typeof networkAdapter>

/** An adapter, and what the user should know of the network; the JSON file beside it holds one. */
export const networkDescription = networkAdapter.extend({
  name: z.string().trim().min(1).max(120),
  summary: z.string().trim().max(600).default(''),
  licence: z.string().trim().max(300).default(''),
  attributions: z.array(z.string().max(300)).max(50).default([]),
})
export type NetworkDescription = z.output<typeof networkDescription>
export type NetworkDescriptionInput = z.input<typeof networkDescription>

/** A tensor that a network takes or gives; sizes that are open have a name. */
export const networkTensor = z.object({ name: z.string(), type: z.string(), shape: z.array(z.union([z.number(), z.string()])) })
export type NetworkTensor = z.infer<typeof networkTensor>
