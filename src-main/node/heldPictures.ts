import { hasSplit } from '#main/datasets/pictures/groups'
import type { ManifestImages } from '#main/datasets/manifest'
import type { PictureSources } from '#main/datasets/pictures/pairs'
import type { Engine, NamedArrays } from '#main/engine/engine'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import { readSources } from '#main/node/pictureFiles'
import { createPictureUnmixer } from '#main/unmixing/pictureUnmixer'
import { measureUnmixing, usualProtocol, type UnmixingProtocol, type UnmixingReport, type UnmixingScores } from '#main/unmixing/unmixingScores'
import { AppError } from '#shared/errors'
import { pictureSize, type Mixing } from '#shared/images/mixing'
import type { WorkContext } from '#shared/jobs/work'

/** Mixtures that are computed at once. */
const atOnce = 100

/** Pictures that nothing was learned from, and what they are in words. */
export interface HeldPictures {
  readonly sources: PictureSources
  readonly split: 'test' | 'validation'
}

/**
 * The pictures for the test, or, where there are none, those for validation.
 * @throws AppError DATASET_EMPTY where none are held out; the reader's errors
 */
export async function readHeldPictures(folder: string, images: readonly ManifestImages[]): Promise<HeldPictures> {
  const split = (['test', 'validation'] as const).find((each) => hasSplit(images, each))
  if (split !== undefined) return { split, sources: await readSources(folder, images, split) }
  const advice = 'Put the test files of both kinds, such as t10k-images-idx3-ubyte.gz, beside the others.'
  throw new AppError('DATASET_EMPTY', `In ${folder || 'the dataset'} no pictures of two kinds are kept from training, so nothing could be measured. ${advice}`)
}

/** How pairs were drawn, in words: "10 runs of 1,000 random pairs of test pictures (average)". */
export function describePairs({ runs, pairs }: UnmixingProtocol, split: HeldPictures['split'], { rule, level }: Mixing): string {
  const mixed = rule === 'alpha' ? `alpha ${level}` : rule
  return `${runs} runs of ${pairs.toLocaleString('en')} random pairs of ${split} pictures (${mixed})`
}

/** Measures a network on an engine; see `measureUnmixing`. Mixtures are of the network's own rule where no other is given. */
export async function measurePictures(
  config: UnmixerConfig,
  parameters: NamedArrays,
  sources: PictureSources,
  engine: Engine,
  context: WorkContext,
  protocol: UnmixingProtocol = usualProtocol,
  mixing: Mixing = config.mixing,
): Promise<UnmixingReport> {
  const unmixer = await createPictureUnmixer(config, parameters, engine, Math.min(atOnce, protocol.pairs), mixing)
  try {
    return await measureUnmixing(unmixer, sources, mixing, protocol, context)
  } finally {
    unmixer.dispose()
  }
}

/** What somebody scores who takes the mixture for both pictures. */
export function measureUntouched(sources: PictureSources, mixing: Mixing, context: WorkContext, protocol: UnmixingProtocol): Promise<UnmixingReport> {
  const untouched = { unmix: (mixture: Float32Array) => Promise.resolve({ first: mixture, second: mixture, mixture }), dispose: () => {} }
  return measureUnmixing(untouched, sources, mixing, protocol, context)
}

/** Mixtures that are timed, one by one, after some that are not. */
const timed = 60
const untimed = 10

/** Milliseconds that a mixture by itself takes, the least of some: what else the machine does must not count. @param now milliseconds of a clock */
export async function millisecondsOf(config: UnmixerConfig, parameters: NamedArrays, engine: Engine, now: () => number): Promise<number> {
  const unmixer = await createPictureUnmixer(config, parameters, engine, 1)
  const mixture = new Float32Array(pictureSize).fill(0.5)
  const times: number[] = []
  try {
    for (let i = 0; i < untimed + timed; i++) {
      const started = now()
      await unmixer.unmix(mixture)
      times.push(now() - started)
    }
  } finally {
    unmixer.dispose()
  }
  return Math.min(...times.slice(untimed))
}

/** The figures of a card. @param milliseconds of a mixture by itself */
export function cardScores({ mean, deviation, mixtureError }: UnmixingReport, measuredOn: string, milliseconds: number, engine: string) {
  const score = (name: string, of: keyof UnmixingScores, unit: string) =>
    ({ name, value: rounded(mean[of], 4), deviation: rounded(deviation[of], 2), unit, measuredOn })
  return [
    score('MSE', 'mse', ''),
    score('PSNR', 'psnr', 'dB'),
    score('SSIM', 'ssim', ''),
    { name: 'A pixel of the mixture off by at most', value: rounded(mixtureError, 2), unit: '', measuredOn },
    { name: 'Time', value: rounded(milliseconds, 2), unit: 'ms a mixture', measuredOn: engine },
  ]
}

function rounded(value: number, digits: number): number {
  return Number(value.toPrecision(digits))
}
