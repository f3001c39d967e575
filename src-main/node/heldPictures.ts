import { hasSplit } from '#main/datasets/pictures/groups'
import type { ManifestImages } from '#main/datasets/manifest'
import type { PictureSources } from '#main/datasets/pictures/pairs'
import type { Engine, NamedArrays } from '#main/engine/engine'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import { readSources } from '#main/node/pictureFiles'
import { createPictureUnmixer } from '#main/unmixing/pictureUnmixer'
import { measureUnmixing, usualProtocol, type UnmixingProtocol, type UnmixingReport } from '#main/unmixing/unmixingScores'
import { AppError } from '#shared/errors'
import type { Mixing } from '#shared/images/mixing'
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

/** Measures a network on an engine; see `measureUnmixing`. Mixtures are of the network's own rule. */
export async function measurePictures(
  config: UnmixerConfig,
  parameters: NamedArrays,
  sources: PictureSources,
  engine: Engine,
  context: WorkContext,
  protocol: UnmixingProtocol = usualProtocol,
): Promise<UnmixingReport> {
  const unmixer = await createPictureUnmixer(config, parameters, engine, Math.min(atOnce, protocol.pairs))
  try {
    return await measureUnmixing(unmixer, sources, config.mixing, protocol, context)
  } finally {
    unmixer.dispose()
  }
}
