import { type Engine, gpuEngineIds } from '#main/engine/engine'
import { type EngineWishes, mayStepDown, openEngine as openBestEngine, stepDown } from '#main/engine/select'
import { requireSelfTest } from '#main/models/selfTest'
import { loadModel, type LoadedModel } from '#main/node/modelFiles'
import { createSampler, type Sampler } from '#main/separation/doubt'
import { createSeparator, type Separator } from '#main/separation/separator'
import type { AppError } from '#shared/errors'

/** Segments computed at once; one at a time needs the least memory. */
const batches = [4, 1] as const

/**
 * The model and the engine of this process, kept from song to song. It owns both; there is one of it.
 */
export class ReadySeparator {
  private engine: Engine | undefined
  private model: ({ directory: string } & LoadedModel) | undefined
  private separator: Separator | undefined
  private sampler: Sampler | undefined
  private batch: number = batches[0]
  /** True while the engine may not be one of a graphics card because that was asked for. */
  private isKeptOffGpu = false

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
  async open(directory: string, device?: 'cpu'): Promise<Separator> {
    await this.keepOffGpu(device === 'cpu')
    if (this.model?.directory !== directory) {
      this.release()
      this.model = { directory, ...(await loadModel(directory)) }
    }
    const { card, parameters } = this.model
    const engine = await this.openedEngine()
    if (!this.separator) {
      await requireSelfTest(card.selfTest, card.config, parameters, engine)
      this.separator = await createSeparator(card.config, parameters, engine, this.batch)
    }
    return this.separator
  }

  /** Returns what gives masks of latent samples for the model in `directory`; see `open`. */
  async openSampler(directory: string): Promise<Sampler> {
    const { config, engine } = await this.open(directory)
    this.sampler ??= await createSampler(config, this.model!.parameters, engine, this.batch)
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
    if (!this.engine) throw error
    return `${failed.label} could not do it; the song was separated on ${this.engine.label} instead.`
  }

  private async openedEngine(): Promise<Engine> {
    return (this.engine ??= await this.openEngine(this.isKeptOffGpu ? { without: gpuEngineIds } : {}))
  }

  /** An engine that fits stays: on a machine without a graphics card nothing changes. */
  private async keepOffGpu(wanted: boolean): Promise<void> {
    if (wanted && this.engine && !gpuEngineIds.includes(this.engine.id)) return
    if (wanted === this.isKeptOffGpu) return
    this.isKeptOffGpu = wanted
    const { engine } = this
    this.release()
    this.engine = undefined
    await engine?.dispose()
  }

  private release(): void {
    this.separator?.dispose()
    this.separator = undefined
    this.sampler?.dispose()
    this.sampler = undefined
  }
}
