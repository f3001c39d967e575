import type { LabFigure, LabSystem } from '#main/hosts/cli/labSystems'
import { requireDetectorSelfTest } from '#main/models/detect/detectorSelfTest'
import { readClipManifest } from '#main/node/clipManifest'
import { hearAll } from '#main/node/heardClips'
import { loadOther } from '#main/node/modelFiles'
import { fitDetector, judgeDetector, splitForStudy, type ClassedClip } from '#main/training/detectorQuality'
import { scoreClips } from '#main/training/detectorStudy'
import { sweepRequest, type DetectorQuality } from '#shared/contract/detecting'
import { AppError } from '#shared/errors'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

/** Splits by source, other than the model's own, over which its way of learning is judged. */
const otherSplits = 5

/** Detectors: how well one tells its sound from others of sources that it has not learned from, and what its network makes of both. */
export const detectSystem: LabSystem = {
  title: 'Find my sound',
  families: ['detectvae'],
  sounds: 'esc10',
  async figures(directory, soundFolder, engine, context) {
    const { card, parameters } = await loadOther(directory, 'detectvae')
    await requireDetectorSelfTest(card.selfTest, card.config, parameters, engine)
    const request = sweepRequest.safeParse(card.training.config).data
    if (!card.detector || !request || !('label' in request.positives)) {
      throw new AppError('MODEL_INCOMPATIBLE', `"${card.name}" was not made by a sweep over a class of a dataset, so nobody can say which clips it has not learned from. Nothing was measured.`)
    }
    const clips = await clipsOf(soundFolder, request.positives.label, request, context)
    const { test } = splitForStudy(clips, request.seed)
    const points = await scoreClips(card.config, parameters, test, engine, context)
    const error = (kind: ClassedClip['class']) => mean(points.filter((point) => point.class === kind).map(({ dbMse }) => dbMse))
    const quality = judgeDetector(card.detector.classifier, test)
    const repeated = await judgeOtherSplits(clips, request.seed, context)
    return [...detectorFigures(quality), ...errorFigures(error('this'), error('other'), quality), ...repeatedFigures(repeated)]
  },
}

async function clipsOf(folder: string, label: string, request: Parameters<typeof hearAll>[0], context: WorkContext): Promise<ClassedClip[]> {
  const { manifest } = await readClipManifest(folder, { validation: [], test: [], without: [] })
  const all = manifest.clips ?? []
  const part = (own: boolean) => ({ folder, clips: all.filter((clip) => (clip.label === label) === own) })
  return (await hearAll(request, { this: part(true), alike: undefined, other: part(false) }, context)).clips
}

/** Learns anew from other splits, and judges each on what it has not learned from. */
async function judgeOtherSplits(clips: readonly ClassedClip[], seed: number, context: WorkContext): Promise<DetectorQuality[]> {
  const found: DetectorQuality[] = []
  for (let i = 1; i <= otherSplits; i++) {
    context.onProgress({ stage: 'repeating', completed: i - 1, total: otherSplits, unit: 'steps' })
    await checkpointCancel(context)
    const { train, test } = splitForStudy(clips, seed + i)
    found.push(judgeDetector(fitDetector(train, randomStream(seed + i).fork('ours')), test))
  }
  return found
}

function measuredOn({ clips }: DetectorQuality): string {
  return `${clips.positive} clips of the sound and ${clips.negative} others, of sources that it has not learned from`
}

function detectorFigures(quality: DetectorQuality): LabFigure[] {
  const on = { measuredOn: measuredOn(quality) }
  return [
    { name: 'Accuracy', value: 100 * quality.accuracy, unit: '%', ...on },
    { name: 'Area under ROC', value: quality.auc, unit: '', ...on },
    { name: 'Found at 1 % false alarms', value: 100 * quality.tprAt1Fpr, unit: '%', ...on },
  ]
}

function errorFigures(own: number, other: number, quality: DetectorQuality): LabFigure[] {
  const on = { unit: 'dB²', measuredOn: measuredOn(quality) }
  return [
    { name: 'Error of the sound', value: own, ...on },
    { name: 'Error of other sounds', value: other, ...on },
  ]
}

function repeatedFigures(qualities: readonly DetectorQuality[]): LabFigure[] {
  const accuracies = qualities.map(({ accuracy }) => 100 * accuracy)
  const on = { unit: '%', measuredOn: `${otherSplits} other splits by source, each learned anew` }
  return [
    { name: 'Accuracy over other splits', value: mean(accuracies), ...on },
    { name: 'Lowest of them', value: Math.min(...accuracies), ...on },
  ]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
