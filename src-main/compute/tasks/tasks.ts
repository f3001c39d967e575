import type { ComputeTasks } from '#main/compute/server'

/** Every task is loaded when it is first asked for: reading a song must not wait for the engine to load. */
export const tasks: ComputeTasks = {
  inspect: async (input) => (await import('#main/compute/tasks/inspect')).inspect(input),
  separate: async (input, context) => (await import('#main/compute/tasks/separate')).separate(input, context),
  convert: async (input, context) => (await import('#main/compute/tasks/convert')).convert(input, context),
  decode: async (input, context) => (await import('#main/compute/tasks/sounds')).decode(input, context),
  survey: async (input, context) => (await import('#main/compute/tasks/sounds')).survey(input, context),
  drawTile: async (input, context) => (await import('#main/compute/tasks/sounds')).drawTile(input, context),
  repair: async (input, context) => (await import('#main/compute/tasks/repair')).repair(input, context),
  measureNull: async (input, context) => (await import('#main/compute/tasks/repair')).measureNull(input, context),
  previewReshape: async (input, context) => (await import('#main/compute/tasks/repair')).previewReshape(input, context),
  audition: async (input, context) => (await import('#main/compute/tasks/repair')).audition(input, context),
  doubt: async (input, context) => (await import('#main/compute/tasks/doubt')).doubt(input, context),
  render: async (input, context) => (await import('#main/compute/tasks/render')).render(input, context),
  loudness: async (input, context) => (await import('#main/compute/tasks/render')).loudness(input, context),
  measure: async (input, context) => (await import('#main/compute/tasks/measure')).measure(input, context),
  train: async (input, context, line) => (await import('#main/compute/tasks/train')).train(input, context, line),
  exportRun: async (input) => (await import('#main/compute/tasks/train')).exportRun(input),
  benchmark: async (input, context) => (await import('#main/compute/tasks/benchmark')).benchmark(input, context),
  describePresets: async () => (await import('#main/compute/tasks/benchmark')).describePresets(),
  prepare: async () => (await import('#main/compute/tasks/separate')).prepare(),
  describeEngines: async () => (await import('#main/compute/tasks/describeEngines')).describeEngines(),
}
