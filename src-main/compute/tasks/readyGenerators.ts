import { EngineLadder } from '#main/compute/tasks/engineLadder'
import type { Engine } from '#main/engine/engine'
import type { EngineWishes } from '#main/engine/select'
import { createSoundGenerator, type SoundGenerator } from '#main/generating/soundGenerator'
import { requireGeneratorSelfTest } from '#main/models/generate/generatorSelfTest'
import { loadOther, type LoadedGenerator } from '#main/node/modelFiles'
import { createStft, type Stft } from '#shared/dsp/stft'
import { createTurns } from '#shared/jobs/turns'

/** A model of these weights. */
export interface WantedGenerator {
  readonly directory: string
  readonly sha256: string
}

/** A model that can be asked. */
export interface ReadyGenerator extends LoadedGenerator {
  readonly stft: Stft
  readonly generator: SoundGenerator
  readonly engine: Engine
}

/** Sounds that are computed at once: one while something is dragged, else a board of them. */
const batches = [1, 8] as const
const mostModels = 4

type Kept = LoadedGenerator & { readonly stft: Stft }

/**
 * The networks of this process that make sounds. It owns them and their engine; there is one of it. All is done in turn, so that
 * nothing is disposed of while it runs.
 */
export class ReadyGenerators {
  private readonly models = new Map<string, Kept>()
  private readonly networks = new Map<string, SoundGenerator>()
  private readonly turns = createTurns()
  private readonly engines: EngineLadder

  /** @param openEngine finds and opens an engine of this machine */
  constructor(openEngine?: (wishes: EngineWishes) => Promise<Engine>) {
    this.engines = new EngineLadder(() => this.disposeOf(() => true), openEngine, { soon: true })
  }

  /**
   * Does work with a model; all of it once more where the engine is found wanting.
   * @param count sounds that the work is about
   * @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE, ENGINE_UNAVAILABLE, ENGINE_OUT_OF_MEMORY, ENGINE_LOST; what `work` throws
   */
  use<Value>(wanted: WantedGenerator, count: number, work: (ready: ReadyGenerator) => Promise<Value>): Promise<Value> {
    return this.turns(async () => {
      const model = await this.load(wanted)
      return this.engines.stepping((engine) => work({ ...model, engine, generator: this.network(wanted, model, engine, count) }))
    })
  }

  private async load(wanted: WantedGenerator): Promise<Kept> {
    const key = keyOf(wanted)
    const known = this.models.get(key)
    if (known) return known
    const model = await loadOther(wanted.directory, 'soundvae')
    const { selfTest, config } = model.card
    await this.engines.stepping((engine) => requireGeneratorSelfTest(selfTest, config, model.parameters, engine))
    const kept = { ...model, stft: await createStft(config.features) }
    this.models.set(key, kept)
    if (this.models.size > mostModels) this.forget(this.models.keys().next().value!)
    return kept
  }

  private network(wanted: WantedGenerator, { card, parameters }: Kept, engine: Engine, count: number): SoundGenerator {
    const batch = count === 1 ? batches[0] : batches[1]
    const key = `${keyOf(wanted)} ${batch}`
    const network = this.networks.get(key) ?? createSoundGenerator(card.config, parameters, engine, batch)
    this.networks.set(key, network)
    return network
  }

  private forget(model: string): void {
    this.models.get(model)?.stft.dispose()
    this.models.delete(model)
    this.disposeOf((key) => key.startsWith(`${model} `))
  }

  private disposeOf(isMeant: (key: string) => boolean): void {
    for (const [key, network] of this.networks) {
      if (!isMeant(key)) continue
      network.dispose()
      this.networks.delete(key)
    }
  }
}

function keyOf({ directory, sha256 }: WantedGenerator): string {
  return `${directory} ${sha256}`
}
