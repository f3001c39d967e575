import { AppError, isCancellation } from '#shared/errors'

const memoryMessage =
  /out of memory|resource ?exhausted|\bOOM\b|failed to allocate|allocation failed|bad_alloc|cannot allocate|cannot enlarge memory|not enough memory|memory access out of bounds/i
const lostMessage = /device (was )?lost|device removed|device hung|context lost|cuda_error|cudnn_status|gpu hang/i

/**
 * Returns what a failed computation means to the caller: ENGINE_OUT_OF_MEMORY (a smaller piece may work),
 * ENGINE_LOST (another rung may work), or `error` itself when it is something else.
 */
export function asEngineFailure(error: unknown, engineLabel: string): unknown {
  if (error instanceof AppError || isCancellation(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  if (memoryMessage.test(message)) {
    return new AppError(
      'ENGINE_OUT_OF_MEMORY',
      `${engineLabel} ran out of memory. Nothing was kept of this step. Close other programs, or use a smaller model or batch.`,
      { cause: error },
    )
  }
  if (lostMessage.test(message)) {
    return new AppError(
      'ENGINE_LOST',
      `${engineLabel} stopped answering. Nothing was kept of this step. Try again, or choose another engine.`,
      { cause: error },
    )
  }
  return error
}
