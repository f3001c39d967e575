import type { Engine, NamedArrays, Program } from '#main/engine/engine'
import { openRung } from '#main/engine/rungs'

/** The engine that every machine has, for tests of what runs on engines. */
export function openTestEngine(): Promise<Engine> {
  return openRung('onnx-cpu').catch(() => openRung('wasm'))
}

/** Returns what a program gives when it is run once. */
export async function runProgram(engine: Engine, program: Program, parameters: NamedArrays, inputs: NamedArrays): Promise<NamedArrays> {
  const executable = await engine.compile(program, parameters)
  try {
    return await executable.run(inputs)
  } finally {
    executable.dispose()
  }
}
