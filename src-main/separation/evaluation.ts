import { added, inStep, shared, type Blocks } from '#main/separation/blocks'
import { separateVocals, type Separator } from '#main/separation/separator'
import type { Quality } from '#shared/contract/separation'
import { oracleMasks, applyMask } from '#shared/dsp/masks'
import { createStft } from '#shared/dsp/stft'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { createSdrMeter, summarizeSdr, type SdrScores } from '#shared/metrics/sdr'

/** The true stems of a song, in step, readable any number of times. */
export interface ReferenceSong {
  readonly sampleRate: number
  readonly channels: number
  readonly frames?: number | undefined
  vocals(): Blocks
  accompaniment(): Blocks
}

/** How a song was separated; `mixture` and `oracle` are what the vocals score without and with perfect knowledge. */
export interface SongScores {
  readonly vocals: SdrScores
  readonly accompaniment: SdrScores
  /** The mixture itself taken for the vocals. */
  readonly mixture: SdrScores
  /** The vocals by ratio masks of the true stems, one a bin of the model's STFT. */
  readonly oracle: SdrScores
}

/** The rows of a song's scores, in the order in which they are shown. */
export const scoreRows = ['vocals', 'accompaniment', 'mixture', 'oracle'] as const satisfies readonly (keyof SongScores)[]

/** What a set of songs scores together; see `summarizeSdr`. */
export function summarizeScores(songs: readonly SongScores[]): SongScores {
  const row = (name: keyof SongScores) => summarizeSdr(songs.map((song) => song[name]))
  return { vocals: row('vocals'), accompaniment: row('accompaniment'), mixture: row('mixture'), oracle: row('oracle') }
}

/** Separates the sum of the true stems and scores both estimates. Memory does not grow with length. */
export async function evaluateSong(
  song: ReferenceSong,
  separator: Separator,
  quality: Quality,
  context: WorkContext,
): Promise<SongScores> {
  const meter = () => createSdrMeter(song.sampleRate)
  const meters = { vocals: meter(), accompaniment: meter(), mixture: meter() }
  const stems = inStep(song.vocals(), song.accompaniment())
  const [forSeparation, forScores] = shared(stems, 2)
  const mixtures = (async function* () {
    for await (const [vocals, music] of forSeparation!) yield added(vocals, music)
  })()
  const estimates = separateVocals({ ...song, blocks: mixtures }, separator, { quality }, context)
  const truths = (async function* () {
    for await (const [vocals, music] of forScores!) yield [...vocals, ...music]
  })()
  try {
    for await (const [estimate, truth] of inStep(estimates, truths)) {
      const vocals = truth.slice(0, song.channels)
      const music = truth.slice(song.channels)
      const mixture = added(vocals, music)
      meters.vocals.add(vocals, estimate)
      meters.accompaniment.add(music, added(mixture, estimate, -1))
      meters.mixture.add(vocals, mixture)
    }
  } finally {
    // A reader that never began, because the other was cancelled first, closes nothing.
    await stems.return(undefined)
  }
  return {
    vocals: meters.vocals.result(),
    accompaniment: meters.accompaniment.result(),
    mixture: meters.mixture.result(),
    oracle: await oracleScores(song, separator, context),
  }
}

async function oracleScores(song: ReferenceSong, separator: Separator, context: WorkContext): Promise<SdrScores> {
  const meter = createSdrMeter(song.sampleRate)
  for await (const [truth, estimate] of inStep(song.vocals(), oracleVocals(song, separator, context))) meter.add(truth, estimate)
  return meter.result()
}

async function* oracleVocals(song: ReferenceSong, { config }: Separator, context: WorkContext): AsyncGenerator<Float32Array[]> {
  const stft = await createStft({ fftSize: config.stft.fftSize, hopLength: config.stft.hopLength })
  const channels = Array.from({ length: song.channels }, () => ({
    vocals: stft.openForward(),
    music: stft.openForward(),
    out: stft.openInverse(),
  }))
  const advance = () =>
    channels.map(({ vocals, music, out }) => {
      const stems = [vocals.pull(), music.pull()] as const
      const [mask] = oracleMasks(stems)
      const [re, im] = added([stems[0].re, stems[0].im], [stems[1].re, stems[1].im]) as [Float32Array, Float32Array]
      const mixture = { ...stems[0], re, im }
      out.push(applyMask(mixture, mask!))
      return out.pull()
    })
  let length = 0
  try {
    for await (const [vocals, music] of inStep(song.vocals(), song.accompaniment())) {
      length += vocals[0]!.length
      channels.forEach((channel, i) => {
        channel.vocals.push(vocals[i]!)
        channel.music.push(music[i]!)
      })
      yield advance()
      await checkpointCancel(context)
    }
    for (const { vocals, music } of channels) [vocals, music].forEach((stream) => stream.end())
    yield advance()
    for (const { out } of channels) out.end(length)
    yield channels.map(({ out }) => out.pull())
  } finally {
    stft.dispose()
  }
}
