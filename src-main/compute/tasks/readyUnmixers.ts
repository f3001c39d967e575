import type { Engine, Executable, NamedArrays, Program } from '#main/engine/engine'
import { EngineLadder } from '#main/compute/tasks/engineLadder'
import type { EngineWishes } from '#main/engine/select'
import { decodeProgram, isExact, unmixer, unmixProgram } from '#main/models/unmixer'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import { requireUnmixerSelfTest } from '#main/models/unmixerSelfTest'
import { loadUnmixer, type LoadedUnmixer } from '#main/node/modelFiles'
import { inBatches } from '#main/unmixing/pictureBatches'
import { AppError } from '#shared/errors'
import { type MixingRule, pictureSize } from '#shared/images/mixing'
import { createTurns } from '#shared/jobs/turns'

/** A model of these weights, and how the pictures are mixed. */
export interface WantedUnmixer {
  readonly directory: string
  readonly sha256: string
  readonly rule: MixingRule
  readonly level: number
}

/** What a network decodes from; `size` is how many elements each picture has. */
export interface LatentFacts {
  readonly size: number
  readonly channels: number
  readonly seesMixture: boolean
}

/** Mixtures that are computed at once: one while something is dragged, else some rows of a gallery. */
const batches = [1, 16] as const

/** Networks made ready and models that are kept: a few models side by side, by all rules, are warm. */
const mostNetworks = 48
const mostModels = 8

const programs = { unmix: unmixProgram, decode: decodeProgram } as const
type Work = keyof typeof programs

/**
 * The networks of this process that take pictures apart: while a slider is dragged, each mixture is one run of one that is
 * ready. It owns them and their engine; there is one of it. All is done in turn, so that nothing is disposed of while it runs.
 */
export class ReadyUnmixers {
  private readonly models = new Map<string, LoadedUnmixer>()
  private readonly networks = new Map<string, Executable>()
  private readonly turns = createTurns()

  private readonly engines: EngineLadder

  /** @param openEngine finds and opens an engine of this machine */
  constructor(openEngine?: (wishes: EngineWishes) => Promise<Engine>) {
    this.engines = new EngineLadder(() => [...this.networks.keys()].forEach((key) => this.dispose(key)), openEngine, { soon: true })
  }

  /**
   * Takes mixtures `[picture, pixel]` apart; gives what `unmixProgram` gives.
   * @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE, ENGINE_UNAVAILABLE, ENGINE_OUT_OF_MEMORY, ENGINE_LOST
   */
  unmix(wanted: WantedUnmixer, mixture: Float32Array): Promise<{ outputs: NamedArrays; latents: LatentFacts | undefined }> {
    return this.turns(async () => {
      const { card } = await this.load(wanted)
      return { outputs: await this.compute('unmix', wanted, { mixture }), latents: latentFacts(card.config) }
    })
  }

  /**
   * Decodes latents `[picture, element]`; gives what `decodeProgram` gives.
   * @throws AppError as `unmix`; INVALID_INPUT for latents of another size
   */
  decode(wanted: WantedUnmixer, firstLatents: Float32Array, secondLatents: Float32Array, mixture: Float32Array): Promise<NamedArrays> {
    return this.turns(async () => {
      const { card } = await this.load(wanted)
      const facts = latentFacts(card.config)
      if (!facts) throw new AppError('MODEL_INCOMPATIBLE', `"${card.name}" is no VAE: it has no latents. Nothing was decoded; choose another model.`)
      const length = (mixture.length / pictureSize) * facts.size
      if (firstLatents.length === length && secondLatents.length === length) {
        return this.compute('decode', wanted, { firstLatents, secondLatents, mixture })
      }
      const advice = 'Nothing was decoded; take latents that come from it.'
      throw new AppError('INVALID_INPUT', `The latents are not those of "${card.name}", which has ${facts.size} for each picture. ${advice}`)
    })
  }

  private async load(wanted: WantedUnmixer): Promise<LoadedUnmixer> {
    const key = keyOf(wanted)
    const known = this.models.get(key)
    if (known) return touched(this.models, key, known)
    const model = await loadUnmixer(wanted.directory)
    const { selfTest, config } = model.card
    await this.engines.stepping((engine) => requireUnmixerSelfTest(selfTest, config, model.parameters, engine))
    touched(this.models, key, model)
    if (this.models.size > mostModels) this.forget(this.models.keys().next().value!)
    return model
  }

  private compute(work: Work, wanted: WantedUnmixer, inputs: NamedArrays): Promise<NamedArrays> {
    const count = inputs.mixture!.length / pictureSize
    const batch = count === 1 ? batches[0] : batches[1]
    const level = Float32Array.of(wanted.level)
    return inBatches(inputs, count, batch, (slice) =>
      this.engines.stepping(async (engine) => (await this.ready(work, wanted, batch, engine)).run({ ...slice, level })),
    )
  }

  private async ready(work: Work, wanted: WantedUnmixer, batch: number, engine: Engine): Promise<Executable> {
    const key = `${keyOf(wanted)} ${work} ${wanted.rule} ${batch}`
    const known = this.networks.get(key)
    if (known) return touched(this.networks, key, known)
    const { card, parameters } = this.models.get(keyOf(wanted))!
    const program: Program = programs[work](card.config, batch, wanted.rule)
    const network = touched(this.networks, key, await engine.compile(program, parameters))
    if (this.networks.size > mostNetworks) this.dispose(this.networks.keys().next().value!)
    return network
  }

  private forget(model: string): void {
    this.models.delete(model)
    for (const key of this.networks.keys()) if (key.startsWith(`${model} `)) this.dispose(key)
  }

  private dispose(key: string): void {
    this.networks.get(key)?.dispose()
    this.networks.delete(key)
  }
}

function keyOf({ directory, sha256 }: WantedUnmixer): string {
  return `${directory} ${sha256}`
}

/** Makes an entry the newest; the oldest is the first to go. */
function touched<Value>(map: Map<string, Value>, key: string, value: Value): Value {
  map.delete(key)
  map.set(key, value)
  return value
}

function latentFacts(config: UnmixerConfig): LatentFacts | undefined {
  const shape = unmixer(config).latentShape(1)
  if (!shape) return undefined
  const [, rows, columns, channels] = shape
  return { size: rows * columns * channels, channels, seesMixture: isExact(config) }
}
