import type { Engine } from '#main/engine/engine'
import { openRung } from '#main/engine/rungs'

/** The engine that every machine has, for tests of what runs on engines. */
export function openTestEngine(): Promise<Engine> {
  return openRung('onnx-cpu').catch(() => openRung('wasm'))
}

/** Context of work that nobody watches or cancels. */
export function quietContext(signal: AbortSignal = new AbortController().signal) {
  return { signal, onProgress: () => {}, yieldTurn: () => new Promise<void>((done) => setImmediate(done)) }
}
