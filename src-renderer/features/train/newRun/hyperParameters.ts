import { z } from 'zod'
import type { NetworkKind } from '#shared/contract/training'
import { type TrainingConfig, trainingConfig } from '#shared/training/config'

/** One value of the schema that can be set. */
export interface HyperParameter {
  /** As in the schema: `loss.energy`. */
  readonly path: string
  readonly title: string
  readonly explanation: string
  readonly kind: 'integer' | 'number' | 'choice' | 'switch' | 'weights'
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly choices?: readonly string[] | undefined
}

/** Hyper-parameters that belong together. */
export interface HyperParameterGroup {
  readonly title: string
  readonly parameters: readonly HyperParameter[]
}

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly enum?: readonly string[]
  /** Networks that use it; all of them where nothing is said. */
  readonly kinds?: readonly NetworkKind[]
}

const groupTitles: Readonly<Record<string, string>> = {
  loss: 'What counts as an error',
  codebooks: 'Codebooks',
  takes: 'Takes of the recordings',
  patches: 'Mixtures that are learned from',
}

/**
 * Returns every hyper-parameter that networks of a kind use, in the schema's order, with the sentence that explains it; nothing is
 * listed by hand. Without a kind it returns all of them.
 */
export function hyperParameterGroups(kind?: NetworkKind, schema: z.ZodType = trainingConfig): HyperParameterGroup[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema
  const top = Object.entries(usedBy(kind, properties))
  const own = top.filter(([, each]) => each.properties === undefined)
  const nested = top.filter(([, each]) => each.properties !== undefined)
  return [
    { title: 'Steps and speed of learning', parameters: own.map(([name, each]) => parameterOf(name, each)) },
    ...nested.map(([name, each]) => ({ title: groupTitles[name] ?? titleOf(name), parameters: leavesOf(name, each, kind) })),
  ].filter(({ parameters }) => parameters.length > 0)
}

function usedBy(kind: NetworkKind | undefined, properties: Readonly<Record<string, Schema>>): Readonly<Record<string, Schema>> {
  if (kind === undefined) return properties
  return Object.fromEntries(Object.entries(properties).filter(([, { kinds }]) => kinds?.includes(kind) ?? true))
}

function leavesOf(path: string, { properties = {}, description }: Schema, kind: NetworkKind | undefined): HyperParameter[] {
  return Object.entries(usedBy(kind, properties)).flatMap(([name, each]) => {
    const own = { ...each, description: each.description ?? description ?? '' }
    return each.properties ? leavesOf(`${path}.${name}`, own, kind) : [parameterOf(`${path}.${name}`, own)]
  })
}

function parameterOf(path: string, schema: Schema): HyperParameter {
  const { description = '', minimum, exclusiveMinimum, maximum } = schema
  const names = path.split('.')
  // Parts of a value that the schema explains as a whole, such as "balance.mean".
  const title = names.length > 2 ? `${titleOf(names.at(-2)!)}: ${titleOf(names.at(-1)!).toLowerCase()}` : titleOf(names.at(-1)!)
  // What whole numbers may not exceed in JavaScript is no limit that anybody chose.
  const limit = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum
  return { path, title, explanation: description, kind: kindOf(schema), minimum: minimum ?? exclusiveMinimum, maximum: limit, choices: schema.enum }
}

function kindOf({ type, enum: choices }: Schema): HyperParameter['kind'] {
  if (choices) return 'choice'
  if (type === 'integer') return 'integer'
  if (type === 'boolean') return 'switch'
  return type === 'object' ? 'weights' : 'number'
}

/** `maxGradientNorm` → "Max gradient norm", `klCycles` → "KL cycles". */
function titleOf(name: string): string {
  const words = name.replaceAll(/([A-Z])/g, ' $1').toLowerCase().replace(/^kl\b/, 'KL')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Returns what a config has at `path`. */
export function valueAt(config: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], config)
}

/** Returns a copy of nested values with another one at `path`; undefined takes it away. */
export function withValue(values: Readonly<Record<string, unknown>>, path: string, value: unknown): Record<string, unknown> {
  const [name = '', ...rest] = path.split('.')
  if (rest.length === 0) {
    const { [name]: _, ...others } = values
    return value === undefined ? others : { ...others, [name]: value }
  }
  const inner = withValue((values[name] as Record<string, unknown> | undefined) ?? {}, rest.join('.'), value)
  const { [name]: _, ...others } = values
  return Object.keys(inner).length === 0 ? others : { ...others, [name]: inner }
}

/** Returns the value that a field's text means; undefined where it means none. */
export function readValue({ kind, choices }: HyperParameter, text: string): unknown {
  const trimmed = text.trim()
  if (kind === 'choice') return choices?.includes(trimmed) === true ? trimmed : undefined
  if (kind === 'switch') return trimmed === 'true'
  if (kind === 'weights') return readWeights(trimmed)
  return trimmed === '' || !Number.isFinite(Number(trimmed)) ? undefined : Number(trimmed)
}

/** Returns a value as its field shows it. */
export function writeValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value ?? '')
  return Object.entries(value).map(([name, weight]) => `${name}=${String(weight)}`).join(', ')
}

/** "choir=0.5, soloists=2" → { choir: 0.5, soloists: 2 } */
function readWeights(text: string): Record<string, number> | undefined {
  const pairs = text.split(',').filter((part) => part.trim() !== '').map((part) => part.split('='))
  const weights = pairs.map(([name = '', weight = '']) => [name.trim(), weight.trim() === '' ? Number.NaN : Number(weight)] as const)
  return weights.every(([name, weight]) => name !== '' && Number.isFinite(weight)) ? Object.fromEntries(weights) : undefined
}

/** Why a config is refused, by the path of what is wrong, in words of the form's own. */
export function problemsOf(config: unknown): ReadonlyMap<string, string> {
  const checked = trainingConfig.safeParse(config)
  return new Map(checked.success ? [] : checked.error.issues.map((issue) => [issue.path.join('.'), sentenceOf(issue)]))
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small') return `Must be ${issue.inclusive === true ? 'at least' : 'more than'} ${String(issue.minimum)}.`
  if (issue.code === 'too_big') return `Must be ${issue.inclusive === true ? 'at most' : 'less than'} ${String(issue.maximum)}.`
  return issue.code === 'invalid_type' ? `Must be a ${issue.expected === 'int' ? 'whole number' : issue.expected}.` : `${issue.message}.`
}

/** Returns the config that a preset's becomes by `overrides`. */
export function configWith(preset: TrainingConfig, overrides: Readonly<Record<string, unknown>>): unknown {
  return merged(preset, overrides)
}

function merged(base: unknown, over: unknown): unknown {
  if (!isPlain(base) || !isPlain(over)) return over
  return { ...base, ...Object.fromEntries(Object.entries(over).map(([name, value]) => [name, name in base ? merged(base[name], value) : value])) }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
