import type { Run } from '#shared/contract/training'
import type { TrainingConfig } from '#shared/training/config'

/** A hyper-parameter or another fact that a run was started with, and what it is in each of several runs. */
export interface DifferingParameter {
  /** Path within the config, such as `loss.energy`, or the name of a fact. */
  readonly key: string
  readonly values: readonly string[]
}

/** Every hyper-parameter by its path, nested ones with a point between; lists and records as JSON. */
export function flatParameters(config: TrainingConfig): ReadonlyMap<string, string> {
  return new Map(entriesOf(config, ''))
}

function entriesOf(value: object, prefix: string): [string, string][] {
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) => {
    const key = prefix + name
    const isGroup = typeof part === 'object' && part !== null && !Array.isArray(part) && Object.keys(part).length > 0
    return isGroup ? entriesOf(part, `${key}.`) : [[key, typeof part === 'number' ? formatParameter(part) : JSON.stringify(part)] as [string, string]]
  })
}

/** What differs between configs, in the order of the schema; a parameter that one lacks is a dash there. */
export function differingParameters(configs: readonly TrainingConfig[]): DifferingParameter[] {
  const flat = configs.map(flatParameters)
  const keys = [...new Set(flat.flatMap((parameters) => [...parameters.keys()]))]
  return keys.flatMap((key) => differing(key, flat.map((parameters) => parameters.get(key) ?? '–')))
}

/** What differs between runs: hyper-parameters, and what they learn from. */
export function differencesOfRuns(runs: readonly Run[]): DifferingParameter[] {
  const fact = (key: string, tell: (run: Run) => string) => differing(key, runs.map(tell))
  return [
    ...fact('preset', (run) => run.presetId),
    ...fact('data', (run) => `${run.datasetName} (${run.dataHash.slice(0, 8)})`),
    ...fact('started from', (run) => run.base?.name ?? 'random weights'),
    ...fact('engine', (run) => run.engine ?? '–'),
    ...differingParameters(runs.map(({ config }) => config)),
  ]
}

function differing(key: string, values: readonly string[]): DifferingParameter[] {
  return new Set(values).size > 1 ? [{ key, values }] : []
}

/** Numbers as they are typed: 0.002, 10 000, 1e-9. */
export function formatParameter(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential().replace('e+', 'e')
  const text = String(value)
  return Number.isInteger(value) && Math.abs(value) >= 10_000 ? text.replaceAll(/\B(?=(\d{3})+$)/g, ' ') : text
}

/** What a run was started with, in a few lines to be printed on its charts. */
export function printedParameters({ config, presetId, datasetName, dataHash, base }: Run): string[] {
  const { batchSize, learningRate, weightDecay, stepsPerEpoch, totalSteps, patience, seed } = config
  const number = formatParameter
  return [
    `${base ? `from ${base.name} · ` : ''}preset ${presetId} · ${datasetName} ${dataHash.slice(0, 8)}`,
    `batch ${batchSize} · learning rate ${number(learningRate)} · weight decay ${number(weightDecay)}`,
    `${printedBeta(config)} · patience ${patience} · seed ${seed}`,
    `${number(totalSteps)} steps, ${number(stepsPerEpoch)} an epoch`,
  ]
}

function printedBeta({ beta, klSchedule, betaWarmUp, klCycles }: TrainingConfig): string {
  const how = { constant: '', warmUp: ` over ${Math.round(100 * betaWarmUp)} %`, cyclical: ` in ${klCycles} cycles` }
  return `beta ${formatParameter(beta)}${how[klSchedule]}`
}
