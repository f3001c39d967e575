import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import type { ModelService } from '#main/services/modelService'
import type { RestingCompute } from '#main/services/restingCompute'
import type { Generator } from '#shared/contract/generating'
import type { ModelCard } from '#shared/contract/models'
import { AppError, isCancellation } from '#shared/errors'

/** A model that makes sounds, and where what it has learned lies in latent space. */
export interface KnownGenerator {
  readonly card: ModelCard
  readonly files: ComputeInput<'describeGenerator'>
  readonly facts: ComputeResult<'describeGenerator'>
}

/** The models that make sounds; each is looked into once. */
export interface GeneratorModels {
  /** Shipped ones first; those that can't be used are left out. */
  list(): Promise<Generator[]>
  /** @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE */
  find(modelId: string): Promise<KnownGenerator>
  forget(): void
}

/** Returns them. */
export function createGeneratorModels(models: Pick<ModelService, 'list' | 'find'>, compute: RestingCompute): GeneratorModels {
  const known = new Map<string, Promise<KnownGenerator>>()
  const find = (modelId: string) => {
    const existing = known.get(modelId)
    if (existing) return existing
    const finding = look(modelId)
    known.set(modelId, finding)
    // What went wrong may go well the next time.
    finding.catch(() => known.get(modelId) === finding && known.delete(modelId))
    return finding
  }
  const look = async (modelId: string): Promise<KnownGenerator> => {
    const { card, directory } = await models.find(modelId)
    if (card.kind !== 'clips') throw new AppError('MODEL_INCOMPATIBLE', `"${card.name}" makes no sounds. Nothing was done; choose another model.`)
    const files = { directory, sha256: card.sha256 }
    return { card, files, facts: await compute.run('describeGenerator', files) }
  }
  return {
    find,
    async list() {
      const ofSounds = (await models.list()).filter(({ card }) => card.kind === 'clips')
      const found = await Promise.all(ofSounds.map(({ card }) => find(card.id).then(generatorOf, withoutModel)))
      return found.flat().toSorted((a, b) => Number(b.isShipped) - Number(a.isShipped))
    },
    forget: () => known.clear(),
  }
}

function generatorOf({ card, facts }: KnownGenerator): Generator[] {
  const { id: modelId, name, summary, origin } = card
  const { parameters, latents, prior, seconds, sampleRate } = facts
  const faders = facts.faders.map(({ id, quality, correlation, latent }) => ({ id, quality, correlation, ...(latent !== undefined && { latent }) }))
  return [{ modelId, name, summary, isShipped: origin === 'shipped', prior, parameters, latents, seconds, sampleRate, classes: facts.classes.map(({ label }) => label), faders }]
}

/** Other models for short sounds, and damaged ones, make none. */
function withoutModel(error: unknown): [] {
  if (error instanceof AppError || isCancellation(error)) return []
  throw error
}
