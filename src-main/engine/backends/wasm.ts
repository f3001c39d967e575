import { createRequire } from 'node:module'
import { AppError } from '#shared/errors'
import { registerComposedConvolution } from '#main/engine/backends/composedConvolution'
import { tfjsEngine } from '#main/engine/backends/tfjsEngine'
import type { Engine } from '#main/engine/engine'
import { tf } from '#main/engine/tf'

let loading: Promise<void> | undefined

async function load(): Promise<void> {
  try {
    createRequire(import.meta.url)('@tensorflow/tfjs-backend-wasm')
    registerComposedConvolution('wasm')
    if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly module did not start')
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new AppError('ENGINE_UNAVAILABLE', `The WebAssembly engine does not start on this machine (${reason}).`, { cause: error })
  }
}

/**
 * Opens TensorFlow.js on WebAssembly with SIMD, on one thread: the library's threads need workers from blob addresses,
 * which Node does not have.
 * @throws AppError ENGINE_UNAVAILABLE when the module does not start.
 */
export async function openWasm(): Promise<Engine> {
  loading ??= load()
  await loading
  return tfjsEngine('wasm', 'CPU (WebAssembly)', 'wasm')
}
