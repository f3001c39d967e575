import { z } from 'zod'
import type { DescribeModel, ModelStore, StagedModel, StoredModel } from '#main/services/platform'
import { modelCard, type ModelCard, unmixerFacts } from '#shared/contract/models'
import { priorVariantName } from '#shared/contract/quantising'
import { detectorFacts } from '#shared/contract/detecting'
import { networkAdapter } from '#shared/contract/networkAdapter'
import type { NetworkKind } from '#shared/contract/training'
import { AppError } from '#shared/errors'
import { createTurns } from '#shared/jobs/turns'
import { safeFileName } from '#shared/project/fileNames'
import type { HistoryLine } from '#shared/training/history'

/** The model that is used where none is named. */
export const defaultModelId = 'duovae'

export interface InstalledModel {
  readonly card: ModelCard
  readonly directory: string
}

export type ModelSpeed = NonNullable<ModelCard['speed']>

export interface ModelService {
  /** Those whose card can be used, the default one first. */
  list(): Promise<InstalledModel[]>
  /** @throws AppError MODEL_NOT_FOUND, which names the models there are; MODEL_CORRUPT */
  find(id?: string): Promise<InstalledModel>
  /** A model that splits songs. @throws AppError what `find` throws; MODEL_INCOMPATIBLE for one that is made for something else */
  findSeparator(id?: string): Promise<InstalledModel>
  /**
   * Copies a run's model, the folder `directory` with its card.json, to the user's models, whole and in one step, under a
   * fresh id; the history of the run is kept as the curve of its training. `describe` may change what its card says.
   * @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT, OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  keep(model: { directory: string; name: string; describe?: DescribeModel }): Promise<InstalledModel>
  /** Takes a model that was imported into a staged folder. @throws AppError MODEL_CORRUPT, OUTPUT_NOT_WRITABLE, DISK_FULL */
  take(staged: StagedModel): Promise<InstalledModel>
  /** Keeps how fast a model was measured to be. @throws AppError what `find` throws */
  keepSpeed(id: string, speed: ModelSpeed): Promise<InstalledModel>
  /** @throws AppError what `find` throws; MODEL_PROTECTED for a model that comes with the app */
  rename(id: string, name: string): Promise<InstalledModel>
  /** @throws AppError what `find` throws; MODEL_PROTECTED; MODEL_IN_USE, which says by what */
  remove(id: string): Promise<void>
  /** Epoch by epoch, how it was trained; empty where that was not kept. */
  history(id: string): Promise<HistoryLine[]>
}

interface Dependencies {
  readonly store: ModelStore
  /** A name that was never given before. */
  newId(): string
  /** Says in words what a model is used by now; undefined when by nothing. */
  usedBy(modelId: string): string | undefined | Promise<string | undefined>
  onChange(models: ModelCard[]): void
}

/** Returns the service over the models of the store, which are looked up anew each time. */
export function createModelService(dependencies: Dependencies): ModelService {
  return new Models(dependencies)
}

class Models implements ModelService {
  private readonly turns = createTurns()

  constructor(private readonly world: Dependencies) {}

  async list(): Promise<InstalledModel[]> {
    const [stored, speeds] = [await this.world.store.list(), await this.speeds()]
    const models = stored.map((model) => readModel(model, speeds))
    const usable = models.flatMap((model) => (model instanceof AppError ? [] : [model]))
    return usable.toSorted((a, b) => Number(b.card.isDefault) - Number(a.card.isDefault))
  }

  async find(id = defaultModelId): Promise<InstalledModel> {
    return this.shown(await this.stored(id))
  }

  async findSeparator(id?: string): Promise<InstalledModel> {
    const model = await this.find(id)
    const { kind, name } = model.card
    if (kind === 'separator') return model
    const made = kind === 'blind' ? 'learns to describe mixtures and was never told what vocals are' : 'takes pictures apart'
    throw new AppError('MODEL_INCOMPATIBLE', `"${name}" ${made}, so it can't split songs. Nothing was started; choose another model.`)
  }

  keep({ directory, name, describe = (card) => card }: { directory: string; name: string; describe?: DescribeModel }): Promise<InstalledModel> {
    return this.changing(async () =>
      this.shown(await this.world.store.keep(this.newId(name), directory, (card) => checked({ ...describe(card), name, origin: 'trained' }))),
    )
  }

  take(staged: StagedModel): Promise<InstalledModel> {
    return this.changing(async () => this.shown(await staged.publish((name) => this.newId(name), (card) => checked({ ...card, origin: 'imported' }))))
  }

  keepSpeed(id: string, speed: ModelSpeed): Promise<InstalledModel> {
    return this.changing(async () => {
      const { sha256 } = (await this.find(id)).card
      await this.world.store.speeds.write(JSON.stringify({ ...(await this.speeds()), [id]: { ...speed, sha256 } }, undefined, 2))
      return this.find(id)
    })
  }

  rename(id: string, name: string): Promise<InstalledModel> {
    return this.changing(async () => {
      const stored = await this.stored(id)
      await this.shown(stored)
      requireOwn(stored)
      return this.shown(await this.world.store.rewrite(stored, { ...(stored.card as object), name }))
    })
  }

  async remove(id: string): Promise<void> {
    await this.changing(async () => {
      const stored = await this.stored(id)
      requireOwn(stored)
      const user = await this.world.usedBy(id)
      if (user !== undefined) {
        const advice = 'It was not deleted; wait until that is done, or cancel it.'
        throw new AppError('MODEL_IN_USE', `"${nameOf(stored)}" is used by ${user}. ${advice}`)
      }
      await this.world.store.remove(stored)
    })
  }

  async history(id: string): Promise<HistoryLine[]> {
    return this.world.store.history(await this.stored(id))
  }

  private newId(name: string): string {
    const readable = safeFileName(name).toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 40)
    return `${readable || 'model'}-${this.world.newId().slice(0, 8)}`
  }

  private async changed(): Promise<void> {
    this.world.onChange((await this.list()).map(({ card }) => card))
  }

  private changing<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.turns(async () => {
      const value = await work()
      await this.changed()
      return value
    })
  }

  private async shown(stored: StoredModel): Promise<InstalledModel> {
    const model = readModel(stored, await this.speeds())
    if (model instanceof AppError) throw model
    return model
  }

  /** A document that can't be read only means that nothing was measured. */
  private async speeds(): Promise<Speeds> {
    try {
      return speedsFile.parse(JSON.parse((await this.world.store.speeds.read()) ?? '{}'))
    } catch {
      return {}
    }
  }

  private async stored(id: string): Promise<StoredModel> {
    const all = await this.world.store.list()
    const found = all.find((model) => model.id === id)
    if (found) return found
    const known = all.map((model) => model.id).join(', ') || 'none'
    throw new AppError('MODEL_NOT_FOUND', `There is no model called "${id}". The models installed here are: ${known}.`)
  }
}

/** A card that is written can be read. @throws AppError MODEL_CORRUPT */
function checked(card: object): object {
  const model = readModel({ id: 'in the making', directory: '', card, isShipped: false }, {})
  if (model instanceof AppError) throw model
  return card
}

function requireOwn(stored: StoredModel): void {
  if (!stored.isShipped) return
  const message = `"${nameOf(stored)}" comes with Stemwright and stays as it is. Only models that you trained or imported can be changed.`
  throw new AppError('MODEL_PROTECTED', message)
}

function nameOf({ id, card }: StoredModel): string {
  const { name } = card as { name?: unknown }
  return typeof name === 'string' ? name : id
}

/** What of a card is shown; the card itself says more, and older ones less. */
const shownOfCard = modelCard
  .omit({ id: true, isDefault: true, speed: true, adapter: true, unmixer: true, quantiser: true, detector: true })
  .partial({ scores: true, attributions: true, kind: true, origin: true })
  .extend({ detector: detectorFacts.omit({ seconds: true }).optional().catch(undefined), config: z.looseObject({ family: z.string(), adapter: networkAdapter.optional().catch(undefined) }).optional().catch(undefined) })

/** By the ids of models; the hash says which weights were measured. */
const speedsFile = z.record(z.string(), z.object({ realTimeFactor: z.number(), engine: z.string(), sha256: z.string() }))
type Speeds = z.infer<typeof speedsFile>

function readModel({ id, directory, card, isShipped }: StoredModel, speeds: Speeds): InstalledModel | AppError {
  const parsed = shownOfCard.safeParse(card)
  if (!parsed.success) {
    return new AppError('MODEL_CORRUPT', `The card of the model "${id}" cannot be used: ${z.prettifyError(parsed.error)}. Install the model again.`)
  }
  const { config, detector, kind = kindOf(config?.family), origin = 'trained', ...shown } = parsed.data
  const facts = { id, isDefault: id === defaultModelId, kind, origin: isShipped ? ('shipped' as const) : origin }
  const { sha256, ...speed } = speeds[id] ?? {}
  const measured = sha256 === shown.sha256 ? { speed: speed as ModelSpeed } : {}
  const adapter = config?.adapter && { adapter: config.adapter }
  const unmixer = unmixerFacts.safeParse(config)
  const quantiser = quantiserOf(config)
  const { seconds } = detectorClip.safeParse(config?.['clip']).data ?? {}
  const made = { ...adapter, ...(detector && seconds !== undefined && { detector: { ...detector, seconds } }), ...(quantiser && { quantiser }), ...(unmixer.success && { unmixer: unmixer.data }) }
  return { directory, card: { scores: [], attributions: [], ...shown, ...made, ...measured, ...facts } }
}

const detectorClip = z.object({ seconds: z.number() })

const coderConfig = z.object({
  sound: z.object({ sampleRate: z.number(), hopLength: z.number() }),
  frames: z.number(),
  quantiser: z.object({ layers: z.number(), codes: z.number() }),
})

/** What a card says of a quantised VAE, or of one with a prior. */
function quantiserOf(config: { family: string; [name: string]: unknown } | undefined): ModelCard['quantiser'] {
  const coder = coderConfig.safeParse(config?.family === 'rvqprior' ? config['coder'] : config?.family === 'rvqvae' ? config : undefined)
  if (!coder.success) return undefined
  const { sound, frames, quantiser } = coder.data
  const prior = priorVariantName.safeParse(config?.['variant'])
  return { ...quantiser, sampleRate: sound.sampleRate, seconds: ((frames - 1) * sound.hopLength) / sound.sampleRate, ...(prior.success && { prior: prior.data }) }
}

/** Cards that do not say what their network is made for tell by what it is. */
function kindOf(family = 'duovae'): NetworkKind {
  if (['convvae', 'densevae'].includes(family)) return 'blind'
  if (['duovae', 'unet', 'onnx'].includes(family)) return 'separator'
  return family === 'unmixer' ? 'images' : 'clips'
}
