import type { Engine } from '#main/engine/engine'
import { openRung } from '#main/engine/rungs'

/** The engine that every machine has, for tests of what runs on engines. */
export function openTestEngine(): Promise<Engine> {
  return openRung('onnx-cpu').catch(() => openRung('wasm'))
}
