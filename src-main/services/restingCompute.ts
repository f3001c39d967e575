import type { ComputeClient, TaskContext } from '#main/compute/client'
import type { ComputeInput, ComputeResult, ComputeTaskName } from '#main/compute/protocol'

/** A compute process that ends when nobody has asked for anything for a while: what it keeps ready takes memory. */
export interface RestingCompute {
  run<Name extends ComputeTaskName>(name: Name, input: ComputeInput<Name>, context?: TaskContext): Promise<ComputeResult<Name>>
  /** Ends the process for good. */
  close(): void
}

/** @param idleMs milliseconds without work after which the process ends; a minute where nothing is said */
export function createRestingCompute(compute: ComputeClient, idleMs = 60_000): RestingCompute {
  let underWay = 0
  let idle: ReturnType<typeof setTimeout> | undefined
  return {
    async run(name, input, context) {
      underWay++
      clearTimeout(idle)
      try {
        return await compute.run(name, input, context)
      } finally {
        underWay--
        if (underWay === 0) idle = setTimeout(() => compute.rest(), idleMs)
      }
    },
    close() {
      clearTimeout(idle)
      compute.close()
    },
  }
}
