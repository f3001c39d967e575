import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '#shared/errors'
import type { EngineId } from '#main/engine/engine'
import { asEngineFailure } from '#main/engine/failures'
import { readReports, writeReports } from '#main/engine/probeCache'
import { probeWith } from '#main/engine/probeProcess'
import type { RungReport } from '#main/engine/rungs'
import { bestRung, examineEngines, mayStepDown, openEngine, type ProbeSource, stepDown } from '#main/engine/select'

const usable = (id: EngineId, inference: number, training: number): RungReport => ({ id, label: id, speed: { inference, training } })
const refused = (id: EngineId, refusal = 'it is not here.'): RungReport => ({ id, label: id, refusal })

/** A machine whose rungs are as given; it counts how often each is tried. */
function machine(reports: readonly RungReport[]) {
  const tried: EngineId[] = []
  let kept: readonly RungReport[] = []
  const source: ProbeSource = {
    async probe(id) {
      tried.push(id)
      return reports.find((report) => report.id === id) ?? refused(id)
    },
    read: async () => [...kept],
    write: async (found) => void (kept = found),
  }
  return { source, tried }
}

let folder: string
const environment = { ...process.env }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stemwright-engines-'))
  process.env.STEMWRIGHT_CACHE = folder
  delete process.env.STEMWRIGHT_ENGINE
})

afterEach(async () => {
  process.env = { ...environment }
  await rm(folder, { recursive: true, force: true })
})

describe('the choice of a rung', () => {
  // Would catch a ladder that takes a slow GPU, or one purpose's best for the other.
  test('is the fastest for the purpose', () => {
    const reports = [usable('onnx-gpu', 5, 5), usable('tensorflow-cpu', 40, 30), usable('onnx-cpu', 60, 20)]
    expect(bestRung(reports, 'inference')?.id).toBe('onnx-cpu')
    expect(bestRung(reports, 'training')?.id).toBe('tensorflow-cpu')
  })

  test('goes to the rung further up when both are about as fast', () => {
    const reports = [usable('tensorflow-cpu', 60, 50), usable('onnx-cpu', 58, 55)]
    expect(bestRung(reports, 'inference')?.id).toBe('onnx-cpu')
    expect(bestRung(reports, 'training')?.id).toBe('tensorflow-cpu')
  })

  test('never falls on a refused rung', () => {
    expect(bestRung([refused('tensorflow-gpu'), usable('wasm', 1, 1)], 'inference')?.id).toBe('wasm')
    expect(bestRung([refused('tensorflow-gpu')], 'inference')).toBeUndefined()
  })
})

describe('examining', () => {
  test('tries each rung once and remembers it', async () => {
    const { source, tried } = machine([usable('onnx-cpu', 60, 20)])
    await examineEngines(['onnx-gpu', 'onnx-cpu'], { source })
    const again = await examineEngines(['onnx-cpu', 'wasm'], { source })
    expect(tried).toEqual(['onnx-gpu', 'onnx-cpu', 'wasm'])
    expect(again.map(({ id }) => id)).toEqual(['onnx-cpu', 'wasm'])
    await examineEngines(['onnx-cpu'], { source, again: true })
    expect(tried.at(-1)).toBe('onnx-cpu')
  })
})

describe('opening', () => {
  test('gives the best rung, and leaves the last resort alone where another works', async () => {
    const { source, tried } = machine([usable('onnx-cpu', 60, 20)])
    const engine = await openEngine({ purpose: 'training' }, source)
    expect(engine.id).toBe('onnx-cpu')
    expect(tried).not.toContain('wasm')
  })

  // Would catch small work that waits for every engine to be measured, and one that takes what it tried first for the best.
  test('of any that works, soon, tries no more than it must, and takes the fastest once that is known', async () => {
    const { source, tried } = machine([refused('onnx-cpu'), usable('onnx-gpu', 2, 2), usable('wasm', 60, 20)])
    await expect(openEngine({ soon: true, without: ['onnx-gpu'] }, source).then(({ id }) => id)).resolves.toBe('wasm')
    expect(tried).toEqual(['onnx-cpu', 'tensorflow-cpu', 'tensorflow-gpu', 'wasm'])
    const other = machine([usable('onnx-cpu', 60, 20), usable('wasm', 5, 1)])
    expect((await openEngine({ soon: true }, other.source)).id).toBe('onnx-cpu')
    expect((await openEngine({ soon: true }, other.source)).id).toBe('onnx-cpu')
    expect(other.tried).toEqual(['onnx-cpu'])
    const known = machine([refused('onnx-cpu'), usable('wasm', 5, 1)])
    await examineEngines(undefined, { source: known.source })
    const before = known.tried.length
    expect((await openEngine({ soon: true }, known.source)).id).toBe('wasm')
    expect(known.tried).toHaveLength(before)
  })

  test('falls back to WebAssembly', async () => {
    const { source } = machine([usable('wasm', 5, 1)])
    expect((await openEngine({}, source)).id).toBe('wasm')
  })

  test('leaves out rungs that have failed', async () => {
    const { source, tried } = machine([usable('onnx-cpu', 60, 20), usable('wasm', 5, 1)])
    expect((await openEngine({ without: ['onnx-cpu'] }, source)).id).toBe('wasm')
    expect(tried).not.toContain('onnx-cpu')
  })

  test('says of every rung why it does not work', async () => {
    const { source } = machine([refused('wasm', 'it is too old.')])
    const error = await openEngine({}, source).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    expect(String(error)).toMatch(/onnx-cpu: it is not here/)
    expect(String(error)).toMatch(/wasm: it is too old/)
  })

  test('obeys STEMWRIGHT_ENGINE, and refuses a name that it does not know', async () => {
    const { source, tried } = machine([])
    process.env.STEMWRIGHT_ENGINE = 'wasm'
    expect((await openEngine({}, source)).id).toBe('wasm')
    expect(tried).toEqual([])
    process.env.STEMWRIGHT_ENGINE = 'abacus'
    await expect(openEngine({}, source)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('stepping down', () => {
  test('goes to the next rung that works, and ends below the last', async () => {
    const { source } = machine([usable('onnx-gpu', 9, 9), refused('tensorflow-cpu'), usable('onnx-cpu', 6, 2)])
    const first = { ...(await openEngine({ only: 'onnx-cpu' }, source)), id: 'onnx-gpu' as const }
    const second = await stepDown(first, 'inference', source)
    expect(second?.id).toBe('onnx-cpu')
    expect(await stepDown(second!, 'training', source)).toBeUndefined()
  })

  // Would catch a step down on a defect, which would hide it, or none on the messages that the libraries really give.
  test.each([
    ['OOM when allocating tensor with shape[8,128,512,24] and type float', 'ENGINE_OUT_OF_MEMORY'],
    ['std::bad_alloc', 'ENGINE_OUT_OF_MEMORY'],
    ['Failed to allocate memory for requested buffer of size 402653184', 'ENGINE_OUT_OF_MEMORY'],
    ['WebGPU device was lost: the driver was updated', 'ENGINE_LOST'],
    ['CUDA_ERROR_LAUNCH_FAILED: unspecified launch failure', 'ENGINE_LOST'],
  ])('may follow "%s"', (message, code) => {
    const failure = asEngineFailure(new Error(message), 'GPU')
    expect(failure).toMatchObject({ code })
    expect(mayStepDown(failure)).toBe(true)
  })

  test('does not follow another error', () => {
    const defect = new TypeError('x is not a function')
    expect(asEngineFailure(defect, 'GPU')).toBe(defect)
    expect(mayStepDown(defect)).toBe(false)
    expect(mayStepDown(new AppError('INVALID_INPUT', 'no'))).toBe(false)
  })
})

describe('the memory of what was found', () => {
  test('survives the process and ends when the file is damaged or from another machine', async () => {
    const reports = [usable('onnx-cpu', 60, 20), refused('onnx-gpu', 'no GPU')]
    await writeReports(reports)
    expect(await readReports()).toEqual(reports)
    process.env.CUDA_VISIBLE_DEVICES = 'another card'
    expect(await readReports()).toEqual([])
    delete process.env.CUDA_VISIBLE_DEVICES
    writeFileSync(join(folder, 'engines.json'), '{"machine": 3')
    expect(await readReports()).toEqual([])
  })

  test('is no error where it cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '')
    process.env.STEMWRIGHT_CACHE = join(folder, 'file')
    await expect(writeReports([])).resolves.toBeUndefined()
  })
})

describe('a probe', () => {
  const entry = (source: string) => {
    const file = join(folder, 'probe.mjs')
    writeFileSync(file, source)
    return file
  }

  test('gives the report of its process, even when that crashes afterwards', async () => {
    const source = 'process.send({ id: process.argv[2], label: "x", refusal: "because" }, () => process.abort())'
    expect(await probeWith(entry(source), 'onnx-gpu')).toEqual({ id: 'onnx-gpu', label: 'x', refusal: 'because' })
  })

  // Would catch a driver that takes the app down with it, or a probe that waits for ever for a dead process.
  test('that crashes is a refusal which says so', async () => {
    const report = await probeWith(entry('console.error("driver: broken"); process.kill(process.pid, "SIGKILL")'), 'onnx-gpu')
    expect(report.speed).toBeUndefined()
    expect(report.refusal).toMatch(/crashed when it was tried \(SIGKILL/)
  })
})
