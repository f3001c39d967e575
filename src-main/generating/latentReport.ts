import { findFaders, type FaderDirection } from '#main/generating/latentFaders'
import { classMeans, statisticsOf } from '#main/generating/latentStatistics'
import type { SoundGenerator } from '#main/generating/soundGenerator'
import { soundMeasures } from '#main/generating/soundMeasures'
import type { DecibelPicture, DecibelPictureConfig } from '#shared/dsp/decibelPicture'
import type { WorkContext } from '#shared/jobs/work'

/** A sound as a network sees it, and what it is. */
export interface LabelledPicture {
  readonly picture: DecibelPicture
  readonly label: string
}

/** Where sounds lie in latent space. */
export interface LatentReport {
  /** Decibels that pictures' 0 and 1 stand for: medians. */
  readonly lowest: number
  readonly highest: number
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
  readonly classes: readonly { readonly label: string; readonly mean: readonly number[] }[]
  readonly faders: readonly FaderDirection[]
}

/** Encodes sounds that a network has learned and says where they lie; correlations are those of the sounds of `held`. */
export async function latentReport(
  generator: SoundGenerator,
  config: DecibelPictureConfig,
  learned: readonly LabelledPicture[],
  held: readonly LabelledPicture[],
  context: WorkContext,
): Promise<LatentReport> {
  const measured = async (sounds: readonly LabelledPicture[]) => ({
    points: await generator.encode(sounds.map(({ picture }) => picture.values), context),
    measures: sounds.map(({ picture }) => soundMeasures(picture, config)),
  })
  const known = await measured(learned)
  const { mean, deviation } = statisticsOf(known.points)
  const classes = classMeans(known.points, learned.map(({ label }) => label))
  return {
    lowest: median(learned.map(({ picture }) => picture.lowest)),
    highest: median(learned.map(({ picture }) => picture.highest)),
    mean: rounded(mean),
    deviation: rounded(deviation),
    classes: classes.map((each) => ({ label: each.label, mean: rounded(each.mean) })),
    faders: findFaders(known, held === learned ? known : await measured(held)),
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** Five digits: cards are read by people, too. */
function rounded(values: Float32Array): number[] {
  return Array.from(values, (value) => Number(value.toPrecision(5)))
}
