import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '#main/engine/engine'
import { UsageError } from '#main/hosts/cli/command'
import { credited } from '#main/hosts/cli/credited'
import { usualPictures } from '#main/hosts/cli/evaluatePlayground'
import { createProgressBar } from '#main/hosts/cli/progressBar'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import { requireUnmixerSelfTest, unmixerSelfTestValues } from '#main/models/unmixerSelfTest'
import type { ViewCount } from '#main/models/unmixerViews'
import { appRoot } from '#main/node/appRoot'
import { cardScores, describePairs, measurePictures, millisecondsOf, readHeldPictures } from '#main/node/heldPictures'
import { loadUnmixer, saveModel } from '#main/node/modelFiles'
import { readPictureManifest } from '#main/node/pictureFiles'
import { workContext } from '#main/node/workContext'
import { averageParameters } from '#main/training/averaging'
import { usualProtocol } from '#main/unmixing/unmixingScores'

/** What a network that takes pictures apart is published as. */
export interface UnmixerPublication {
  readonly id: string
  readonly name: string
  readonly summary: string
  readonly credits: readonly string[]
  /** Folder of the pictures that it is measured with; the usual one where it is not given. */
  readonly data: string | undefined
  /** How many views of a mixture it is to look at; as its card says where it is not given. */
  readonly views: ViewCount | undefined
}

/**
 * Measures a network on pictures for the test and puts it into resources/models with a card that says so; returns that in a line.
 * Several models, which were trained on from one start, become the mean of their weights first.
 * @param folders of the models
 * @throws UsageError where they are not of one network, or have no mask that views could share; AppError what loading and measuring throw
 */
export async function publishUnmixer(folders: readonly string[], publication: UnmixerPublication, engine: Engine, signal: AbortSignal): Promise<string> {
  const { id, name, summary, credits, data = usualPictures(), views } = publication
  const models = await Promise.all(folders.map(loadUnmixer))
  for (const { card, parameters } of models) await requireUnmixerSelfTest(card.selfTest, card.config, parameters, engine)
  const [{ card }] = models as [(typeof models)[number]]
  if (models.some((model) => JSON.stringify(model.card.config) !== JSON.stringify(card.config))) throw new UsageError('The models are of different networks, which have no mean.')
  const parameters = averageParameters(models.map((model) => model.parameters))
  const config = views === undefined ? card.config : withViews(card.config, views)
  const { sources, split } = await readHeldPictures(data, (await readPictureManifest(data)).images ?? [])
  const bar = createProgressBar(process.stderr, id, () => performance.now())
  const report = await measurePictures(config, parameters, sources, engine, workContext(signal, bar.show))
  bar.clear()
  const milliseconds = await millisecondsOf(config, parameters, engine, () => performance.now())
  const measuredOn = describePairs(usualProtocol, split, config.mixing)
  const { seed } = card.selfTest
  const published = {
    ...card,
    config,
    ...credited({ name, summary }, credits, models),
    scores: cardScores(report, measuredOn, milliseconds, `${engine.label}, ${cpus().length} threads`),
    selfTest: { seed, values: await unmixerSelfTestValues(config, parameters, engine, seed) },
  }
  await saveModel(join(appRoot, 'resources/models', id), published, parameters)
  const { mse, psnr, ssim } = report.mean
  return `${id}: MSE ${mse.toExponential(3)}, PSNR ${psnr.toFixed(2)} dB, SSIM ${ssim.toFixed(4)}; ${measuredOn}`
}

function withViews(config: UnmixerConfig, views: ViewCount): UnmixerConfig {
  if (config.network === 'skip' || config.network === 'unet') return { ...config, views }
  throw new UsageError(`--views is for networks with skips, not for one of kind ${config.network}.`)
}
