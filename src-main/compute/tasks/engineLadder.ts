import type { Engine } from '#main/engine/engine'
import { type EngineWishes, mayStepDown, openEngine as openBestEngine, stepDown } from '#main/engine/select'

/** The engine of a process that keeps networks ready, and the next one where it is found wanting. */
export class EngineLadder {
  private engine: Engine | undefined

  /**
   * @param forgetNetworks is called where an engine goes, with all that it has compiled
   * @param openEngine finds and opens an engine of this machine
   */
  constructor(
    private readonly forgetNetworks: () => void,
    private readonly openEngine: (wishes: EngineWishes) => Promise<Engine> = openBestEngine,
    private readonly wishes: EngineWishes = {},
  ) {}

  /** Does work that may find its engine wanting, until no other engine is left. @throws AppError ENGINE_UNAVAILABLE, ENGINE_OUT_OF_MEMORY, ENGINE_LOST */
  async stepping<Value>(work: (engine: Engine) => Promise<Value>): Promise<Value> {
    for (;;) {
      const engine = (this.engine ??= await this.openEngine(this.wishes))
      try {
        return await work(engine)
      } catch (error) {
        if (!mayStepDown(error)) throw error
        this.forgetNetworks()
        this.engine = undefined
        this.engine = await stepDown(engine)
        if (!this.engine) throw error
      }
    }
  }
}
