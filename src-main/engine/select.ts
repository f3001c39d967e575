import { AppError } from '#shared/errors'
import { engineIds, type Engine, type EngineId } from '#main/engine/engine'
import { readReports, writeReports } from '#main/engine/probeCache'
import { probeRung } from '#main/engine/probeProcess'
import { openRung, type RungReport } from '#main/engine/rungs'

/** What an engine is wanted for; one may be best at one and not at the other. */
export type EnginePurpose = 'inference' | 'training'

export interface EngineWishes {
  purpose?: EnginePurpose
  /** This rung and no other; the environment's STEMWRIGHT_ENGINE says the same. */
  only?: EngineId
  /** Rungs that have failed already. */
  without?: readonly EngineId[]
  /** Where the fastest is not known yet, the first that works: for small work, which finding out would hold up. */
  soon?: boolean
}

/** Where reports come from: the cache and child processes, unless a test says otherwise. */
export interface ProbeSource {
  probe(id: EngineId): Promise<RungReport>
  read(): Promise<RungReport[]>
  write(reports: readonly RungReport[]): Promise<void>
}

const machine: ProbeSource = { probe: probeRung, read: readReports, write: writeReports }

/** A rung further up the ladder is taken when it is at least this fraction as fast as the fastest. */
const worthItsPlace = 0.8

/**
 * The ladder by purpose, best first. Forwards alone, ONNX Runtime takes about as long as TensorFlow and half of its
 * memory; with gradients it takes twice as long.
 */
const ladders: Readonly<Record<EnginePurpose, readonly EngineId[]>> = {
  training: engineIds,
  inference: ['tensorflow-gpu', 'onnx-gpu', 'onnx-cpu', 'tensorflow-cpu', 'wasm'],
}

/** In which order rungs are tried where any will do; the processor serves small work as well as a card does. */
const soonest: readonly EngineId[] = ['onnx-cpu', 'tensorflow-cpu', 'onnx-gpu', 'tensorflow-gpu', 'wasm']

/** The last resort is only tried where nothing else works. */
const lastResort: EngineId = 'wasm'

/**
 * Returns what is known of the rungs `ids`, best first; those not tried on this machine with these versions are tried
 * now, one after the other, and remembered.
 */
export async function examineEngines(
  ids: readonly EngineId[] = engineIds,
  options: { again?: boolean; source?: ProbeSource } = {},
): Promise<RungReport[]> {
  const source = options.source ?? machine
  const known = options.again ? [] : await source.read()
  const reports: RungReport[] = []
  let isNew = false
  for (const id of ids) {
    const found = known.find((report) => report.id === id)
    isNew ||= !found
    reports.push(found ?? (await source.probe(id)))
  }
  if (isNew) await source.write([...known.filter((old) => !ids.includes(old.id)), ...reports])
  return reports
}

/** Returns the best rung for a purpose: the fastest, or one further up the ladder that is nearly as fast. */
export function bestRung(reports: readonly RungReport[], purpose: EnginePurpose): RungReport | undefined {
  const usable = ladders[purpose].flatMap((id) => reports.find((report) => report.id === id && report.speed) ?? [])
  const fastest = Math.max(...usable.map((report) => report.speed![purpose]))
  return usable.find((report) => report.speed![purpose] >= worthItsPlace * fastest)
}

/**
 * Opens the best engine of this machine in this process.
 * @throws AppError ENGINE_UNAVAILABLE when none works, with the reason for every rung
 */
export async function openEngine(wishes: EngineWishes = {}, source: ProbeSource = machine): Promise<Engine> {
  const { purpose = 'inference', without = [], soon = false } = wishes
  const only = wishes.only ?? wishedByEnvironment()
  if (only && !without.includes(only)) return openRung(only)
  const candidates = engineIds.filter((id) => !without.includes(id))
  const first = soon ? await firstThatWorks(candidates, source) : undefined
  if (first) return first
  const reports = await examineEngines(
    candidates.filter((id) => id !== lastResort),
    { source },
  )
  let left = reports
  if (!bestRung(left, purpose) && candidates.includes(lastResort)) {
    left = [...reports, ...(await examineEngines([lastResort], { source }))]
  }
  for (let best = bestRung(left, purpose); best; best = bestRung(left, purpose)) {
    const { id } = best
    const engine = await openRung(id).catch(() => undefined)
    if (engine) return engine
    left = left.filter((report) => report.id !== id)
  }
  const reasons = [...left].map(({ label, refusal }) => `${label}: ${refusal}`).join('\n')
  throw new AppError(
    'ENGINE_UNAVAILABLE',
    `No engine works on this machine, so nothing can be computed. "npm run engines" tries again.${reasons && `\n${reasons}`}`,
  )
}

/** Opens the first rung that works, where not all of them have been tried on this machine. */
async function firstThatWorks(candidates: readonly EngineId[], source: ProbeSource): Promise<Engine | undefined> {
  const tried = (await source.read()).map(({ id }) => id)
  if (candidates.every((id) => id === lastResort || tried.includes(id))) return undefined
  for (const id of soonest.filter((each) => candidates.includes(each))) {
    const [report] = await examineEngines([id], { source })
    const engine = report?.speed && (await openRung(id).catch(() => undefined))
    if (engine) return engine
  }
  return undefined
}

function wishedByEnvironment(): EngineId | undefined {
  const wished = process.env.STEMWRIGHT_ENGINE
  if (!wished) return undefined
  const id = engineIds.find((known) => known === wished)
  if (id) return id
  throw new AppError(
    'INVALID_INPUT',
    `STEMWRIGHT_ENGINE is "${wished}", which is no engine. Choose one of ${engineIds.join(', ')}, or leave it empty.`,
  )
}

/** True when another rung may do what `error` kept this one from doing. */
export function mayStepDown(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'ENGINE_OUT_OF_MEMORY' || error.code === 'ENGINE_LOST')
}

/**
 * Closes an engine that has failed and opens the next one down the ladder that works, or returns undefined where none
 * is left. Whatever was compiled on the old engine must have been disposed of.
 */
export async function stepDown(
  engine: Engine,
  purpose: EnginePurpose = 'inference',
  source: ProbeSource = machine,
): Promise<Engine | undefined> {
  await engine.dispose()
  const ladder = ladders[purpose]
  for (const id of ladder.slice(ladder.indexOf(engine.id) + 1)) {
    const [report] = await examineEngines([id], { source })
    if (!report?.speed) continue
    const next = await openRung(id).catch(() => undefined)
    if (next) return next
  }
  return undefined
}
