import type { SeparatedFile, SeparateOutcome } from '#main/hosts/cli/separate'
import { formatTable } from '#main/hosts/cli/table'
import type { ComputeResult } from '#main/compute/protocol'

/** Returns the document of `--json`. */
export function jsonReport({ files, failed }: SeparateOutcome): string {
  const documents = files.map(({ input, vocals, music, result }) => {
    const { seconds, sampleRate, channels, frames, elapsedSeconds, realTimeFactor, nullResidualDbfs, engine, model } = result
    return { input, vocals, music, seconds, sampleRate, channels, frames, elapsedSeconds, realTimeFactor, nullResidualDbfs, engine, model }
  })
  const failures = failed.map(({ input, code, message }) => ({ input, code, message }))
  return JSON.stringify({ files: documents, failed: failures }, undefined, 2)
}

/** Returns the table of songs that were separated. */
export function songTable(files: readonly SeparatedFile[]): string {
  const heading = ['song', 'length', 'real-time factor', 'null residual', 'model', 'engine']
  const rows = files.map(({ input, result }) => [
    input,
    `${result.seconds.toFixed(1)} s`,
    times(result.realTimeFactor),
    decibels(result.nullResidualDbfs, 'dBFS'),
    result.model,
    result.engine,
  ])
  return formatTable([heading, ...rows])
}

/** Returns the table of the demo song: how it went, and how good it is beside doing nothing at all. */
export function demoTable({ result }: SeparatedFile, scores: ComputeResult<'measure'>): string {
  const heading = ['', 'engine', 'real-time factor', 'null residual', 'vocals uSDR', 'vocals SI-SDR', 'music uSDR', 'music SI-SDR']
  const cells = ({ vocals, accompaniment }: ComputeResult<'measure'>['stems']) =>
    [vocals.usdr, vocals.sisdr, accompaniment.usdr, accompaniment.sisdr].map((value) => decibels(value, 'dB'))
  return formatTable([
    heading,
    [result.model, result.engine, times(result.realTimeFactor), decibels(result.nullResidualDbfs, 'dBFS'), ...cells(scores.stems)],
    ['mixture as estimate', '', '', '', ...cells(scores.mixture)],
  ])
}

function times(factor: number): string {
  return `${factor.toFixed(1)} ×`
}

function decibels(value: number, unit: string): string {
  return `${value.toFixed(1)} ${unit}`
}
