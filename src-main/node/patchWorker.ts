import { parentPort, workerData } from 'node:worker_threads'
import { patchSource, type PatchConfig, type PatchSource } from '#main/datasets/patches'
import { takeStudio, type TakeConfig } from '#main/datasets/takes'
import type { DuoVaeConfig } from '#main/models/duoVae'
import { openRecordings, type CachedRecording } from '#main/node/recordingCache'
import { createFft, fftSizeAtLeast } from '#shared/dsp/fft'
import { createStft } from '#shared/dsp/stft'

/** What the thread is started with. */
export interface PatchWorkerSetup {
  recordings: CachedRecording[]
  model: DuoVaeConfig
  takes: TakeConfig
  patches: PatchConfig
  batchSize: number
}

async function openSource({ recordings, model, takes, patches }: PatchWorkerSetup): Promise<PatchSource> {
  const opened = openRecordings(recordings)
  const fft = await createFft(fftSizeAtLeast(takes.length + 3 * takes.sampleRate))
  const stft = await createStft(model.stft)
  return patchSource(takeStudio(opened.recordings, takes, fft), model, stft, patches)
}

const setup = workerData as PatchWorkerSetup
const source = openSource(setup)

parentPort?.on('message', async (step: number) => {
  try {
    const batch = (await source).batch(step, setup.batchSize)
    parentPort?.postMessage({ step, batch }, Object.values(batch).map((values) => values.buffer as ArrayBuffer))
  } catch (error) {
    parentPort?.postMessage({ step, error })
  }
})
