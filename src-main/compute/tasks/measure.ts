import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { frameRange } from '#main/compute/tasks/stems'
import { openAudio } from '#main/node/audioReader'
import type { StemName } from '#shared/contract/separation'
import type { WorkContext } from '#shared/jobs/work'
import { createSdrMeter } from '#shared/metrics/sdr'

type Scores = ComputeResult<'measure'>['stems'][StemName]

/** @throws what `openAudio` throws; AppError INVALID_INPUT where files differ in channels */
export async function measure(input: ComputeInput<'measure'>, context: WorkContext): Promise<ComputeResult<'measure'>> {
  const { mixture, estimates, references, start, length } = input
  const range = { start, length }
  const score = async (name: StemName): Promise<{ stem: Scores; mixture: Scores }> => ({
    stem: await compare({ path: references[name], ...range }, { path: estimates[name] }, context),
    mixture: await compare({ path: references[name], ...range }, { path: mixture, ...range }, context),
  })
  const vocals = await score('vocals')
  const accompaniment = await score('accompaniment')
  return {
    stems: { vocals: vocals.stem, accompaniment: accompaniment.stem },
    mixture: { vocals: vocals.mixture, accompaniment: accompaniment.mixture },
  }
}

interface Excerpt {
  readonly path: string
  /** Seconds. */
  readonly start?: number
  readonly length?: number
}

/** Scores one file against another of the same rate and length, block by block. */
async function compare(reference: Excerpt, estimate: Excerpt, context: WorkContext): Promise<Scores> {
  const truth = await openAudio(reference.path)
  const guess = await openAudio(estimate.path)
  try {
    const meter = createSdrMeter(truth.info.sampleRate)
    const guesses = guess.blocks({ ...frameRange(estimate, guess.info.sampleRate), signal: context.signal })
    for await (const block of truth.blocks({ ...frameRange(reference, truth.info.sampleRate), signal: context.signal })) {
      const { value } = await guesses.next()
      if (!value) break
      meter.add(block, value)
      await context.yieldTurn()
    }
    const { usdr, sisdr } = meter.result()
    return { usdr, sisdr }
  } finally {
    await truth.close()
    await guess.close()
  }
}
