import { AppError } from '#shared/errors'
import { openOnnx } from '#main/engine/backends/onnx'
import { openTensorflow } from '#main/engine/backends/tensorflow'
import { openWasm } from '#main/engine/backends/wasm'
import type { Engine, EngineId } from '#main/engine/engine'
import { findMistake } from '#main/engine/verify'
import { measureSpeed, type EngineSpeed } from '#main/engine/speed'

/** What was found out about one rung of the ladder. */
export interface RungReport {
  readonly id: EngineId
  readonly label: string
  /** Absent where the rung was refused. */
  readonly speed?: EngineSpeed
  /** Why it was refused, in plain words. */
  readonly refusal?: string
}

/** How a rung is called where it could not be opened. */
export const rungLabels: Readonly<Record<EngineId, string>> = {
  'tensorflow-gpu': 'NVIDIA GPU (TensorFlow)',
  'onnx-gpu': 'GPU (ONNX Runtime)',
  'tensorflow-cpu': 'CPU (TensorFlow)',
  'onnx-cpu': 'CPU (ONNX Runtime)',
  wasm: 'CPU (WebAssembly)',
}

/**
 * Opens one rung in this process.
 * @throws AppError ENGINE_UNAVAILABLE when it is not installed or has no device here
 */
export async function openRung(id: EngineId): Promise<Engine> {
  switch (id) {
    case 'tensorflow-gpu':
    case 'tensorflow-cpu':
      return openTensorflow(id)
    case 'onnx-gpu':
      return openOnnx('gpu')
    case 'onnx-cpu':
      return openOnnx('cpu')
    case 'wasm':
      return openWasm()
  }
}

/** Opens a rung in this process, checks it against the golden values and measures it. Never throws. */
export async function examineRung(id: EngineId, now: () => number): Promise<RungReport> {
  try {
    const engine = await openRung(id)
    const refusal = await findMistake(engine)
    if (refusal) return { id, label: engine.label, refusal }
    const speed = await measureSpeed(engine, now)
    await engine.dispose()
    return { id, label: engine.label, speed }
  } catch (error) {
    return { id, label: rungLabels[id], refusal: refusalOf(error) }
  }
}

function refusalOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return error instanceof AppError ? message : `it fails: ${message.trim().split('\n')[0]}`
}
