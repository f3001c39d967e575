import { parentPort, workerData } from 'node:worker_threads'
import { excerptSource } from '#main/datasets/blindExcerpts'
import { patchSource, type PatchConfig, type PatchSource } from '#main/datasets/patches'
import { takeStudio, type TakeConfig } from '#main/datasets/takes'
import type { NamedArrays } from '#main/engine/engine'
import type { BlindNetworkConfig } from '#main/models/blindNetwork'
import type { SpectralNetworkConfig } from '#main/models/spectralNetwork'
import { openRecordings, type CachedRecording } from '#main/node/recordingCache'
import { createFft, fftSizeAtLeast } from '#shared/dsp/fft'
import { createStft } from '#shared/dsp/stft'
import { toFailure, type Failure } from '#shared/jobs/job'

/** What the thread is started with. */
export type PatchWorkerSetup = { recordings: readonly CachedRecording[]; batchSize: number } & (
  | { model: SpectralNetworkConfig; takes: TakeConfig; patches: PatchConfig }
  | { model: BlindNetworkConfig; seed: number }
)

/** What the thread says of each step that it is asked for. */
export type PatchWorkerAnswer = { step: number } & ({ batch: NamedArrays } | { failure: Failure })

/** Seconds of the longest reverberation tail; see `randomRoom`. */
const longestTail = 3

async function openSource(setup: PatchWorkerSetup): Promise<PatchSource> {
  const { recordings } = openRecordings(setup.recordings)
  const stft = await createStft(setup.model.stft)
  if ('seed' in setup) return excerptSource(recordings, setup.model, stft, setup.seed)
  const { model, takes, patches } = setup
  const fftFor = (length: number) => createFft(fftSizeAtLeast(length + longestTail * takes.sampleRate))
  const ffts = { vocals: await fftFor(takes.vocalLength), music: await fftFor(takes.musicLength) }
  return patchSource(takeStudio(recordings, takes, ffts), model, stft, patches)
}

const setup = workerData as PatchWorkerSetup
const source = openSource(setup)

parentPort?.on('message', async (step: number) => {
  try {
    const batch = (await source).batch(step, setup.batchSize)
    parentPort?.postMessage({ step, batch }, Object.values(batch).map((values) => values.buffer as ArrayBuffer))
  } catch (error) {
    parentPort?.postMessage({ step, failure: toFailure(error) })
  }
})
