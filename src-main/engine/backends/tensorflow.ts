import { createRequire } from 'node:module'
import nodeUtil from 'node:util'
import { AppError } from '#shared/errors'
import type { Engine } from '#main/engine/engine'
import { tfjsEngine } from '#main/engine/backends/tfjsEngine'
import { graphed } from '#main/engine/tensorflow/graphed'
import type { NativeBackend } from '#main/engine/tensorflow/nativeBackend'
import { tf } from '#main/engine/tf'

/** The binding calls two functions that Node 23 removed. */
function restoreRemovedNodeFunctions(): void {
  const util = nodeUtil as unknown as Record<string, unknown>
  util.isNullOrUndefined ??= (value: unknown) => value === undefined || value === null
  util.isArray ??= Array.isArray
}

let loading: Promise<NativeBackend> | undefined

async function load(): Promise<NativeBackend> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3'
  // Without it TensorFlow takes all memory of the card and other programs (or a second probe) get none.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'
  restoreRemovedNodeFunctions()
  try {
    createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu')
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim().split('\n')[0] : String(error)
    throw new AppError(
      'ENGINE_UNAVAILABLE',
      `The native TensorFlow library is not set up (${reason}). "npm run setup:native" builds it; the other engines work without it.`,
      { cause: error },
    )
  }
  await tf.setBackend('tensorflow')
  return tf.backend() as unknown as NativeBackend
}

/**
 * Opens the native TensorFlow library, on an NVIDIA GPU or on the CPU.
 * @throws AppError ENGINE_UNAVAILABLE when the library is not installed, does not load, or computes elsewhere.
 */
export async function openTensorflow(id: 'tensorflow-gpu' | 'tensorflow-cpu'): Promise<Engine> {
  // Only read when the library is loaded: a process that has used the GPU keeps it.
  if (id === 'tensorflow-cpu' && !loading) process.env.CUDA_VISIBLE_DEVICES = '-1'
  loading ??= load()
  const backend = await loading
  const version = backend.binding.TF_Version
  if (backend.isUsingGpuDevice !== (id === 'tensorflow-gpu')) {
    const message = backend.isUsingGpuDevice
      ? 'TensorFlow computes on the GPU in this process and cannot change to the CPU.'
      : `TensorFlow ${version} found no NVIDIA GPU that it can use.`
    throw new AppError('ENGINE_UNAVAILABLE', message)
  }
  const where = backend.isUsingGpuDevice ? 'NVIDIA GPU' : 'CPU'
  const label = `${where} (TensorFlow ${version})`
  return tfjsEngine(id, label, 'tensorflow', graphed(backend, label))
}
