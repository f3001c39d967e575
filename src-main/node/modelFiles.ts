import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { sizeOf, type NamedArrays, type NamedShapes } from '#main/engine/engine'
import { detectorFileCard, type DetectorFileCard } from '#main/models/detect/detectorCard'
import { detectorVae } from '#main/models/detect/detectorVae'
import { generatorFileCard, type GeneratorFileCard } from '#main/models/generate/generatorCard'
import { soundVae } from '#main/models/generate/soundVae'
import { shapesOf } from '#main/models/layers'
import { rvqPriorFileCard, rvqVaeFileCard, separatorFileCard, unmixerFileCard, type ModelFileCard, type RvqPriorFileCard, type RvqVaeFileCard, type SeparatorFileCard, type UnmixerFileCard } from '#main/models/modelCard'
import { rvqPrior } from '#main/models/quantise/rvqPrior'
import { rvqVae } from '#main/models/quantise/rvqVae'
import { modelShapes } from '#main/models/separatorNetwork'
import { unmixer } from '#main/models/unmixer'
import { decodeWeights, encodeWeights } from '#main/models/weightsFile'
import { makeFolder } from '#main/node/makeFolder'
import { writeWhole } from '#main/node/wholeFile'
import { AppError } from '#shared/errors'

interface Loaded<Card> {
  readonly card: Card
  readonly parameters: NamedArrays
}
export type LoadedSeparator = Loaded<SeparatorFileCard>
export type LoadedUnmixer = Loaded<UnmixerFileCard>
export type LoadedRvqVae = Loaded<RvqVaeFileCard>
export type LoadedRvqPrior = Loaded<RvqPriorFileCard>
export type LoadedGenerator = Loaded<GeneratorFileCard>
export type LoadedDetector = Loaded<DetectorFileCard>
export type LoadedModel = LoadedSeparator | LoadedUnmixer | LoadedRvqVae | LoadedRvqPrior | LoadedGenerator | LoadedDetector
type OfFamily<Family> = Extract<LoadedModel, { card: { config: { family: Family } } }>

/** What the card of a network has to say that does not take songs apart, and which parameters it has. */
const others = {
  unmixer: { card: unmixerFileCard, shapes: (config: UnmixerFileCard['config']) => shapesOf(unmixer(config).parameters), does: 'takes pictures apart' },
  rvqvae: { card: rvqVaeFileCard, shapes: (config: RvqVaeFileCard['config']) => shapesOf(rvqVae(config).parameters), does: 'codes short sounds' },
  rvqprior: { card: rvqPriorFileCard, shapes: (config: RvqPriorFileCard['config']) => shapesOf(rvqPrior(config).parameters), does: 'draws short sounds out of codes' },
  soundvae: { card: generatorFileCard, shapes: (config: GeneratorFileCard['config']) => shapesOf(soundVae(config).parameters), does: 'makes short sounds' },
  detectvae: { card: detectorFileCard, shapes: (config: DetectorFileCard['config']) => shapesOf(detectorVae(config).parameters), does: 'finds one sound' },
} as const
type OtherFamily = keyof typeof others

/**
 * Reads a model's folder (card.json, weights.safetensors) and checks that they belong together.
 * @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT; MODEL_INCOMPATIBLE for an ONNX network, which separates and does nothing else
 */
export async function loadModel(directory: string): Promise<LoadedModel> {
  const missing = (cause: unknown) => {
    const message = `There is no complete model in ${directory}. Nothing was loaded; install the model again.`
    throw new AppError('MODEL_NOT_FOUND', message, { cause })
  }
  const text = await readFile(join(directory, 'card.json'), 'utf8').catch(missing)
  const card = readCard(text)
  const weights = await readFile(join(directory, 'weights.safetensors')).catch(missing)
  if (sha256(weights) !== card.sha256) {
    throw corrupt(`The weights of "${card.name}" are not those of its card (SHA-256 differs)`)
  }
  const { arrays } = decodeWeights(weights)
  const shapes = shapesOfModel(card.config)
  for (const [name, shape] of Object.entries(shapes)) {
    if (arrays[name]?.length === sizeOf(shape)) continue
    throw corrupt(`The weights of "${card.name}" lack ${name} in the right size`)
  }
  return { card, parameters: Object.fromEntries(Object.keys(shapes).map((name) => [name, arrays[name]!])) } as LoadedModel
}

/** A model of the app's own that takes songs apart. @throws AppError what `loadModel` throws; MODEL_INCOMPATIBLE for another */
export async function loadOwnSeparator(directory: string): Promise<LoadedSeparator> {
  const model = await loadModel(directory)
  if (isSeparator(model)) return model
  throw madeForElse(model, 'takes songs apart')
}

/** A model that takes mixtures of pictures apart. @throws AppError what `loadModel` throws; MODEL_INCOMPATIBLE for another */
export function loadUnmixer(directory: string): Promise<LoadedUnmixer> {
  return loadOther(directory, 'unmixer')
}

/** A model of one of the families that do not take songs apart. @throws AppError what `loadModel` throws; MODEL_INCOMPATIBLE for another */
export async function loadOther<Family extends OtherFamily>(directory: string, family: Family): Promise<OfFamily<Family>> {
  const model = await loadModel(directory)
  if (model.card.config.family === family) return model as OfFamily<Family>
  throw madeForElse(model, others[family].does)
}

/** True of models that take songs apart. */
export function isSeparator(model: LoadedModel): model is LoadedSeparator {
  return !(model.card.config.family in others)
}

function madeForElse(model: LoadedModel, wanted: string): AppError {
  const { family } = model.card.config
  const does = family in others ? others[family as OtherFamily].does : 'takes songs apart'
  return new AppError('MODEL_INCOMPATIBLE', `"${model.card.name}" ${does}; what is needed here ${wanted}. Nothing was started; choose another model.`)
}

function shapesOfModel(config: ModelFileCard['config']): NamedShapes {
  const other = (others as Readonly<Record<string, { shapes: (config: never) => NamedShapes }>>)[config.family]
  return other ? other.shapes(config as never) : modelShapes(config as SeparatorFileCard['config'])
}

function corrupt(what: string, cause?: unknown): AppError {
  return new AppError('MODEL_CORRUPT', `${what}. The model was not used; install it again.`, { cause })
}

function readCard(text: string): ModelFileCard {
  try {
    const card = JSON.parse(text) as { name?: string; config?: { family?: string } }
    if (card.config?.family === 'onnx') throw madeElsewhere(card.name)
    const other = (others as Readonly<Record<string, { card: z.ZodType<ModelFileCard> }>>)[card.config?.family ?? '']
    return (other?.card ?? separatorFileCard).parse(card)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause)
    throw corrupt(`The model's card cannot be used: ${why}`, cause)
  }
}

function madeElsewhere(name = 'It'): AppError {
  const message = `"${name}" is an ONNX network that was made elsewhere: it splits songs, and nothing else can be done with it here.`
  return new AppError('MODEL_INCOMPATIBLE', `${message} Nothing was started; choose a model of Stemwright's own.`)
}

/** Writes a model's folder; each file appears whole or not at all, the card last. */
export async function saveModel(directory: string, card: UnsavedCard, parameters: NamedArrays): Promise<void> {
  await saveWeights(directory, parameters, shapesOfModel(card.config), card)
}

type Unsaved<Card extends ModelFileCard> = Omit<Card, 'formatVersion' | 'sha256' | 'parameters'>
/** What a card says besides what follows from the weights. */
export type UnsavedCard = Unsaved<SeparatorFileCard> | Unsaved<UnmixerFileCard> | Unsaved<RvqVaeFileCard> | Unsaved<RvqPriorFileCard> | Unsaved<GeneratorFileCard> | Unsaved<DetectorFileCard>

/** Writes the weights of any network and a card that says what they are. */
export async function saveWeights(directory: string, parameters: NamedArrays, shapes: NamedShapes, card: object): Promise<void> {
  await makeFolder(directory)
  const weights = encodeWeights(parameters, shapes)
  const count = Object.values(parameters).reduce((sum, values) => sum + values.length, 0)
  await writeWhole(join(directory, 'weights.safetensors'), weights)
  const full = { formatVersion: 1, ...card, parameters: count, sha256: sha256(weights) }
  await writeWhole(join(directory, 'card.json'), `${JSON.stringify(full, undefined, 2)}\n`)
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
