import { type Engine, type EngineId, engineIds, gpuEngineIds, networkEngineIds } from '#main/engine/engine'
import { type EngineWishes, mayStepDown, openEngine as openBestEngine, stepDown } from '#main/engine/select'
import { loadSeparator, openSeparator, type SeparatorFiles } from '#main/node/songSeparators'
import { createSampler, type Sampler } from '#main/separation/doubt'
import type { SongSeparator } from '#main/separation/separator'
import { AppError } from '#shared/errors'

/** Segments computed at once; one at a time needs the least memory. */
const batches = [4, 1] as const

/**
 * The model and the engine of this process, kept from song to song. It owns both; there is one of it.
 */
export class ReadySeparator {
  private engine: Engine | undefined
  private model: ({ directory: string } & SeparatorFiles) | undefined
  private separator: SongSeparator | undefined
  private sampler: Sampler | undefined
  private batch: number = batches[0]
  /** Engines that may not be used now, and those that might not be when the present one was opened. */
  private without: readonly EngineId[] = []
  private openedWithout: readonly EngineId[] = []

  /** @param openEngine finds and opens an engine of this machine */
  constructor(private readonly openEngine: (wishes: EngineWishes) => Promise<Engine> = openBestEngine) {}

  /** Opens the engine ahead of its first use and returns its name. @throws AppError ENGINE_UNAVAILABLE */
  async prepare(): Promise<string> {
    return (await this.openedEngine()).label
  }

  /**
   * Returns the separator of the model in `directory`, loading and testing what is not ready yet. With `device` it does not
   * use a graphics card; without, the next song goes back to the best engine.
   * @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT, ENGINE_UNAVAILABLE, ENGINE_OUT_OF_MEMORY, ENGINE_LOST
   */
  async open(directory: string, device?: 'cpu'): Promise<SongSeparator> {
    if (this.model?.directory !== directory) {
      this.release()
      this.model = undefined
      this.model = { directory, ...(await loadSeparator(directory)) }
    }
    await this.choose(device === 'cpu', this.model.kind === 'network')
    const engine = await this.openedEngine()
    this.separator ??= await openSeparator(this.model, engine, this.batch)
    return this.separator
  }

  /** Returns the best engine, for what takes no songs apart. @throws AppError ENGINE_UNAVAILABLE */
  async bestEngine(): Promise<Engine> {
    await this.choose(false, false)
    return this.openedEngine()
  }

  /**
   * Returns an engine that loads ONNX networks, for one that is not kept as a model yet.
   * @throws AppError ENGINE_UNAVAILABLE
   */
  async networkEngine(): Promise<Engine> {
    await this.choose(false, true)
    return this.openedEngine()
  }

  /** Forgets the model in `directory`, whose folder may go. */
  forget(directory: string): void {
    if (this.model?.directory !== directory) return
    this.release()
    this.model = undefined
  }

  /** Returns what gives masks of latent samples for the model in `directory`; see `open`. */
  async openSampler(directory: string): Promise<Sampler> {
    const { engine } = await this.open(directory)
    const model = this.model!
    if (model.kind === 'network') {
      const message = `"${model.card.name}" is a network that was made elsewhere: it has no latent samples that could tell where it guesses.`
      throw new AppError('MODEL_INCOMPATIBLE', `${message} Nothing was looked for; choose a model of Stemwright's own.`)
    }
    this.sampler ??= await createSampler(model.card.config, model.parameters, engine, this.batch)
    return this.sampler
  }

  /**
   * After the engine failed with `error`, makes ready to try again with less: smaller batches first, then the next engine
   * down the ladder. Returns what was done, for the user.
   * @throws `error` when there is nothing left to try
   */
  async stepDown(error: unknown): Promise<string> {
    if (!this.engine || !mayStepDown(error)) throw error
    const failed = this.engine
    this.release()
    if ((error as AppError).code === 'ENGINE_OUT_OF_MEMORY' && this.batch !== batches[1]) {
      this.batch = batches[1]
      return `${failed.label} ran out of memory; the song was separated in smaller pieces, which takes longer.`
    }
    this.engine = undefined
    this.engine = await stepDown(failed)
    if (!this.engine || this.without.includes(this.engine.id)) throw error
    return `${failed.label} could not do it; the song was separated on ${this.engine.label} instead.`
  }

  private async openedEngine(): Promise<Engine> {
    if (!this.engine) {
      this.openedWithout = this.without
      this.engine = await this.openEngine(this.without.length > 0 ? { without: this.without } : {})
    }
    return this.engine
  }

  /**
   * Says what the next work may not run on. An engine that fits stays, unless it was only opened because a better one was not
   * wanted then: on a machine without a graphics card, keeping off it changes nothing.
   */
  private async choose(offGpu: boolean, forNetworks: boolean): Promise<void> {
    const others = forNetworks ? engineIds.filter((id) => !networkEngineIds.includes(id)) : []
    this.without = [...(offGpu ? gpuEngineIds : []), ...others]
    const { engine, without, openedWithout } = this
    if (!engine || (!without.includes(engine.id) && openedWithout.every((id) => without.includes(id)))) return
    this.release()
    this.engine = undefined
    await engine.dispose()
  }

  private release(): void {
    this.separator?.dispose()
    this.separator = undefined
    this.sampler?.dispose()
    this.sampler = undefined
  }
}
