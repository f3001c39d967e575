import { pcmOfSamples } from '#renderer/playback/pcmText'
import type { ShownSound } from '#shared/contract/generating'
import type { Ablation, AblationRow, CodedSound, PriorComparison, PriorRow, PriorVariant, Quantiser, QuantiserModel } from '#shared/contract/quantising'
import { priorVariants, quantiserModels } from '#shared/contract/quantising'
import type { CodebookAverage } from '#shared/training/config'

/** A sound at 8 kHz whose harmonics stand on a pitch; with `blur` they are less clear. */
export function madeUpSound(pitch: number, blur = 0): ShownSound {
  const [frames, bins] = [64, 64]
  const bytes = Array.from({ length: frames * bins }, (_, at) => {
    const [bin, frame] = [at % bins, Math.floor(at / bins)]
    const harmonic = Math.exp(-(((bin % pitch) - pitch / 2) ** 2) / (1 + 4 * blur)) * Math.exp(-bin / 40)
    return Math.round(255 * Math.min(1, harmonic * Math.exp(-((frame - 26) ** 2) / 300) + 0.12 * blur * Math.abs(Math.sin(at * 12.9898))))
  })
  const samples = Float32Array.from({ length: 4000 }, (_, at) => 0.4 * Math.sin((at * pitch) / 9) * Math.exp(-at / 1500))
  return { sampleRate: 8000, pcm: pcmOfSamples(samples), picture: { frames, bins, binHertz: 62.5, values: btoa(String.fromCharCode(...bytes)), floor: -80, peak: 0 } }
}

/** How good a model is: later ones are better, and all of them where codes follow what chose them. */
function goodness(model: QuantiserModel, average: CodebookAverage): number {
  return quantiserModels.indexOf(model) + (average === 'residuals' ? 3 : 0)
}

export function madeUpAblationRow(model: QuantiserModel, average: CodebookAverage = 'residuals', epochs = 3): AblationRow {
  const layers = model === 'M5' || model === 'ours' ? 8 : 5
  const good = goodness(model, average)
  const history = Array.from({ length: epochs }, (_, at) => {
    const left = 0.8 ** (at + 0.4 * good)
    return {
      epoch: at + 1, step: 300 * (at + 1), trainReconstruction: left, trainCommitment: 0.2 * left, reconstruction: 1.1 * left, commitment: 0.3 * left,
      distance: 12 + 8 * left, perplexities: Array.from({ length: layers }, (__, layer) => (20 + 8 * good + 4 * at) / (1 + 0.2 * layer)),
    }
  })
  const last = history.at(-1)!
  const used = Array.from({ length: layers }, (_, layer) => Math.round((40 + 10 * good) / (1 + 0.1 * layer)))
  return {
    model, average, name: model, summary: '', parameters: 100_000, layers, codes: 128, gamma: model === 'M4' || model === 'M5' ? 0.999 : 0.99, start: model === 'M1' ? 'uniform' : model === 'ours' ? 'kMeans' : 'glorot', history,
    scores: {
      reconstruction: last.reconstruction, commitment: last.commitment, distance: last.distance, quantisationError: average === 'residuals' ? 0.02 : 0.16,
      layers: used.map((each, layer) => ({ used: each, perplexity: last.perplexities[layer]!, counts: [], error: (average === 'residuals' ? 0.3 : 0.6) * 0.6 ** layer })),
    },
    seconds: 95,
  }
}

export function madeUpAblation(id: string, average: CodebookAverage | undefined, more: Partial<Ablation> = {}): Ablation {
  const epochs = more.request?.epochs ?? 3
  return {
    id, startedAt: '2026-03-01T10:00:00.000Z', datasetName: 'Digits', request: { datasetId: 'fsdd', models: [...quantiserModels], epochs, seed: 1, ...(average && { average }) },
    measuredOn: '300 test sounds', rows: quantiserModels.map((model) => madeUpAblationRow(model, average ?? (model === 'ours' ? 'residuals' : 'as-published'), epochs)), warnings: [], ...more,
  }
}

export function madeUpCoded(seed: number, count: number): CodedSound[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `${seed}_jackson_${at}.wav`, label: 'seven', original: madeUpSound(6 + at),
    decoded: quantiserModels.map((model, place) => ({ id: model, name: `Quantised VAE ${model}`, sound: madeUpSound(6 + at, 1.2 - 0.2 * place), distance: 18.5 - place })),
  }))
}

export const madeUpQuantiser = (modelId: string, prior?: PriorVariant): Quantiser => ({
  modelId, name: `Codes ${modelId}`, summary: '', isShipped: true, parameters: 100_000, layers: 8, codes: 128, sampleRate: 8000, seconds: 0.77, ...(prior && { prior }),
})

export function madeUpPrior(variant: PriorVariant): PriorRow {
  const good = priorVariants.indexOf(variant)
  return {
    variant, name: `Prior ${variant}`, summary: '', parameters: 2_000_000, history: [20, 40, 60, 80, 100].map((step) => ({ step, train: 2 / (1 + step / 40) - 0.1 * good, validation: 2.1 / (1 + step / 40) - 0.1 * good })),
    bits: 1.2 - 0.1 * good, spread: 0.5 + 0.1 * good, awayFromCodes: 0.5 - 0.05 * good, spectrumDistance: 9 - good, samples: [0, 1, 2, 3].map((at) => madeUpSound(5 + at, 1 - 0.15 * good)), seconds: 48,
  }
}

export function madeUpPriors(id: string, variants: readonly PriorVariant[] = priorVariants): PriorComparison {
  return {
    id, startedAt: '2026-03-02T10:00:00.000Z', modelName: 'Codes ours', datasetName: 'Digits', request: { modelId: 'ours', datasetId: 'fsdd', variants: [...variants], steps: 100, seed: 1 },
    measuredOn: '300 test sounds', rows: variants.map(madeUpPrior), real: [0, 1, 2, 3].map((at) => madeUpSound(5 + at)), warnings: [],
  }
}
