import type { NamedArrays, NamedTensors } from '#main/engine/engine'
import type { ParameterSpecs } from '#main/models/layers'

/**
 * Some numbers of a network are not learned by gradient but follow by a rule from what it is shown: the running statistics
 * of batch normalisation, the codebooks of a quantiser. They are parameters like all others (marked `running` in their
 * spec), so that weights files, checkpoints and engines know nothing of them. A loss program that trains them gives what
 * they are after the step as an output of their shape, named by `nextName`; the trainer takes those outputs over.
 * The gradient of the loss by them has to be zero, which it is where the loss is computed without them or past them.
 */
const prefix = 'next/'

/** The output of a loss program that holds the next value of the running parameter of that name. */
export function nextName(parameter: string): string {
  return `${prefix}${parameter}`
}

/** Next values by parameter as outputs of a loss program. */
export function nextOutputs<Value extends NamedTensors[string] | NamedArrays[string]>(values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [nextName(name), value]))
}

/** Names of the parameters that are not learned by gradient. */
export function runningNames(specs: ParameterSpecs): string[] {
  return Object.keys(specs).filter((name) => specs[name]!.running)
}

/** What of an optimiser holds running parameters. */
interface HoldsParameters {
  readonly parameters: NamedArrays
  readonly average: NamedArrays
}

/**
 * Takes over the next values among a step's outputs, in place, and returns the other outputs. Call it after the optimiser's
 * step, whose change of running parameters, if any, is thereby undone. Their average is their latest value: a mean over
 * time is what they are already, and a checkpoint holds all of it, so that a run goes on to the same bits.
 */
export function takeRunningState(state: HoldsParameters, outputs: NamedArrays): NamedArrays {
  const reported: NamedArrays = {}
  for (const [output, values] of Object.entries(outputs)) {
    if (!output.startsWith(prefix)) {
      reported[output] = values
      continue
    }
    const name = output.slice(prefix.length)
    const parameter = state.parameters[name]
    const average = state.average[name]
    if (parameter?.length !== values.length || !average) throw new Error(`The step gives a next value of ${name}, which is no such parameter.`)
    parameter.set(values)
    average.set(values)
  }
  return reported
}
