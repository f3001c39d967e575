import { eventsUnderNoise, type HeardClip } from '#main/datasets/clips/heardClip'
import { clipOdds, fitCalibrated, type GroupedFeatures } from '#main/models/detect/calibration'
import { probability, type LogisticModel } from '#main/models/detect/logisticRegression'
import { areaUnder, balancedAccuracy, equalErrorRate, hitsAt, rocCurve } from '#shared/metrics/classification'
import type { ClipClass, DetectorQuality } from '#shared/contract/detecting'
import { randomStream, type RandomStream } from '#shared/random'

/** A clip, what it shows, and what it was cut from: clips of one source are never in two splits. */
export interface ClassedClip {
  readonly name: string
  readonly source: string
  readonly class: ClipClass
  readonly heard: HeardClip
}

const ridge = 1

/** Fits the classifier of ours on clips, and on the same with others under them. @throws AppError DATASET_EMPTY where one kind is missing */
export function fitDetector(clips: readonly ClassedClip[], random: RandomStream): LogisticModel {
  const others = clips.filter((clip) => clip.class === 'other')
  const noise = random.fork('noise')
  const variants = others.length === 0 ? [] : clips.map((clip) => eventsUnderNoise(clip.heard.sound, noise.pick(others).heard.sound, noise))
  const clean = groupedFeatures(clips)
  const data: GroupedFeatures = {
    features: [...clean.features, ...variants.flat()],
    clip: [...clean.clip, ...variants.flatMap((events, i) => events.map(() => clips.length + i))],
    truth: [...clean.truth, ...variants.map((_, i) => clean.truth[i]!)],
    source: [...clean.source, ...variants.map((_, i) => clean.source[i]!)],
    isVariant: [...clips.map(() => false), ...variants.map(() => true)],
  }
  return fitCalibrated(data, ridge, random.fork('folds'))
}

function groupedFeatures(clips: readonly ClassedClip[]): GroupedFeatures {
  return {
    features: clips.flatMap(({ heard }) => heard.events),
    clip: clips.flatMap(({ heard }, i) => heard.events.map(() => i)),
    truth: clips.map((clip) => clip.class === 'this'),
    source: clips.map(({ source }) => source),
  }
}

/** How well a classifier tells clips of the sound from others; those of the same kind are scored, but count for nothing. */
export function judgeDetector(classifier: LogisticModel, clips: readonly ClassedClip[]): DetectorQuality {
  const odds = clipOdds(classifier, groupedFeatures(clips))
  const scores = clips.map((clip, i) => ({ name: clip.name, class: clip.class, score: probability(odds[i]!) }))
  const judged = scores.filter((clip) => clip.class !== 'alike')
  const things = { scores: judged.map(({ score }) => score), truth: judged.map((clip) => clip.class === 'this') }
  const roc = rocCurve(things)
  const positive = things.truth.filter(Boolean).length
  return {
    clips: { positive, negative: things.truth.length - positive },
    accuracy: balancedAccuracy(things, 0.5),
    auc: areaUnder(roc),
    equalErrorRate: equalErrorRate(roc),
    tprAt1Fpr: hitsAt(roc, 0.01),
    roc: roc.map((point) => ({ ...point })),
    scores,
  }
}

/** Share of the sources that is learned from. */
const trainShare = 0.7

/** What a study of this seed learns from, and what it is judged on. */
export function splitForStudy<Clip extends Pick<ClassedClip, 'source' | 'class'>>(clips: readonly Clip[], seed: number): { train: Clip[]; test: Clip[] } {
  return splitBySource(clips, trainShare, randomStream(seed).fork('split'))
}

/** Splits clips by their sources, of each class the same share; `share` of the sources of each come first. */
export function splitBySource<Clip extends Pick<ClassedClip, 'source' | 'class'>>(clips: readonly Clip[], share: number, random: RandomStream): { train: Clip[]; test: Clip[] } {
  const train = new Set<string>()
  for (const kind of ['this', 'alike', 'other'] as const) {
    const sources = [...new Set(clips.filter((clip) => clip.class === kind).map(({ source }) => source))].toSorted()
    const order = sources.map((source) => ({ source, place: random.uniform() })).toSorted((a, b) => a.place - b.place)
    // Of two sources each has one, whatever the share is.
    const count = Math.min(sources.length - 1, Math.max(1, Math.round(share * sources.length)))
    for (const { source } of order.slice(0, count)) train.add(source)
  }
  return { train: clips.filter(({ source }) => train.has(source)), test: clips.filter(({ source }) => !train.has(source)) }
}
