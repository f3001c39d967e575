import type { ClipClass, DetectorQuality, ExperimentResult, PerceptronResult, ScoredClip, SoundPanel, SoundSet, Sweep, SweepRow } from '#shared/contract/detecting'
import { randomStream } from '#shared/random'

/** A made-up set of clips, two of each recording. */
export function madeUpSet(count: number, warnings: readonly string[] = []): SoundSet {
  const clips = Array.from({ length: count }, (_, at) => ({ id: `clip${at}`, name: `bark ${(at >> 1) + 1}.wav, ${at % 2 === 0 ? '0:01' : '0:04'}`, source: `bark ${(at >> 1) + 1}.wav`, seconds: 3, url: `/clips/${at}.wav` }))
  return { id: 'set', name: 'My dog', clips, warnings: [...warnings] }
}

function points(weight: number): ScoredClip[] {
  const random = randomStream(5).fork(String(weight))
  // Apart most at 1e8, as in the document.
  const apart = 2.2 - 0.25 * Math.abs(Math.log10(weight) - 8)
  const of = (count: number, kind: ClipClass, shift: number) => Array.from({ length: count }, (_, at): ScoredClip => {
    const rl = 10 ** (-3.4 + 0.35 * random.normal() + 0.45 * shift)
    return { name: `${kind} ${at + 1}.wav`, class: kind, rl, kl: 10 ** (1.6 + 0.1 * Math.log10(weight) + 0.3 * random.normal() + 0.3 * shift), dbMse: 12_000 * rl }
  })
  return [...of(20, 'this', 0), ...of(12, 'alike', 0.4 * apart), ...of(60, 'other', apart)]
}

export function madeUpRow(weight: number): SweepRow {
  const power = Math.log10(weight)
  const stopEpoch = 12 + 3 * (power % 4)
  const history = Array.from({ length: stopEpoch + 1 }, (_, epoch) => {
    const rl = 0.04 * 0.85 ** epoch + 0.001
    const kl = 4 + 20 * (1 - 0.9 ** epoch)
    const train = weight * rl + kl
    return { epoch, ...(epoch > 0 && { train, trainRl: rl, trainKl: kl }), test: 30 * train * (1 + 0.02 * epoch) }
  })
  const own = points(weight)
  const mean = (read: (clip: ScoredClip) => number) => own.filter((clip) => clip.class === 'this').reduce((sum, clip) => sum + read(clip), 0) / 20
  const stopReason = (['progress', 'generalisation', 'epochs'] as const)[power % 3]!
  return { weight, history, stopEpoch, stopReason, points: own, meanRl: mean(({ rl }) => rl), meanKl: mean(({ kl }) => kl), auc: 0.97 - 0.03 * Math.abs(power - 8), seconds: 34 + power }
}

function perceptron(kind: PerceptronResult['kind']): PerceptronResult {
  const [columns, rows] = [40, 40]
  const kl = { from: 0, to: 6000 }
  const rl = { from: 0, to: 0.02 }
  const values = Array.from({ length: columns * rows }, (_, at) => {
    const [x, y] = [(at % columns) / columns, Math.floor(at / columns) / rows]
    return 1 / (1 + Math.exp(40 * (kind === 'linear' ? x + y - 0.3 : Math.hypot(x, y) - 0.22)))
  })
  return { kind, accuracy: kind === 'linear' ? 0.9 : 0.91, losses: Array.from({ length: 50 }, (_, at) => ({ epoch: 20 * at, loss: 0.25 + 0.45 * 0.9 ** at })), grid: { kl, rl, columns, rows, values } }
}

/** Held-out clips of which one other sounds like the sound, and one of the sound is missed. */
function quality(): DetectorQuality {
  const score = (name: string, kind: ClipClass, at: number) => ({ name, class: kind, score: at })
  const scores = [
    ...Array.from({ length: 9 }, (_, at) => score(`my dog ${at + 1}.wav`, 'this', 0.99 - 0.02 * at)),
    score('my dog far away.wav', 'this', 0.32),
    score('rooster 4.wav', 'other', 0.71),
    score('sneeze 2.wav', 'other', 0.41),
    ...Array.from({ length: 18 }, (_, at) => score(`rain ${at + 1}.wav`, 'other', 0.2 - 0.01 * at)),
    score('other dog.wav', 'alike', 0.6),
  ]
  const roc = [{ falseAlarms: 0, hits: 0, threshold: 1 }, ...[0.9, 0.75, 0.71, 0.41, 0.32, 0.1, 0].map((threshold) => ({
    threshold,
    hits: scores.filter((clip) => clip.class === 'this' && clip.score >= threshold).length / 10,
    falseAlarms: scores.filter((clip) => clip.class === 'other' && clip.score >= threshold).length / 20,
  }))]
  return { clips: { positive: 10, negative: 20 }, accuracy: 0.925, auc: 0.985, equalErrorRate: 0.075, tprAt1Fpr: 0.9, roc, scores }
}

/** A made-up sweep of ten networks, in which 1e8 is best. */
export function madeUpSweep(weights: readonly number[] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]): Sweep {
  return {
    id: 'sweep',
    name: 'My dog',
    startedAt: '2026-03-01T10:00:00.000Z',
    request: { positives: { setId: 'set' }, others: { datasetId: 'esc', alike: 'dog' }, seconds: 3, network: 'detectLite', weights: [...weights], epochs: 50, seed: 1 },
    counts: { train: 30, test: 10, alike: 12, other: 60 },
    bestWeight: 1e8,
    accuracy: 0.925,
    rows: weights.map(madeUpRow),
    perceptrons: [perceptron('linear'), perceptron('relu')],
    ours: quality(),
    dbMse: { positive: 18.6, negative: 225.9 },
    warnings: [],
  }
}

function panel(name: string, pitch: number): SoundPanel {
  const [bands, frames] = [128, 130]
  const decibels = Array.from({ length: bands * frames }, (_, at) => {
    const [band, frame] = [at % bands, Math.floor(at / bands)]
    const burst = Math.exp(-(((frame % 40) - 12) ** 2) / 60)
    return -80 + 75 * burst * Math.exp(-((((band + pitch) % 22) - 8) ** 2) / 12)
  })
  return { name, bands, frames, decibels, url: `/panels/${name}.wav` }
}

export function madeUpExperiments(): ExperimentResult {
  return {
    sweepId: 'sweep',
    weight: 1e8,
    reconstructions: [
      { class: 'this', dbMse: 18.6, original: panel('my dog 1.wav', 0), decoded: panel('my dog 1.wav decoded', 1) },
      { class: 'other', dbMse: 225.9, original: panel('rain 1.wav', 5), decoded: panel('rain 1.wav decoded', 2) },
    ],
    generations: [1, 2, 3, 4].map((at) => panel(`generation ${at}`, 3 * at)),
  }
}
