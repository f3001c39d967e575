import { readFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { countParameters } from '#main/engine/onnx/parameterCount'
import { writeWhole } from '#main/node/wholeFile'
import type { NetworkSelfTest } from '#main/separation/network/networkSeparator'
import { networkAdapter, type NetworkDescription } from '#shared/contract/networkAdapter'
import { AppError } from '#shared/errors'

/** An ONNX model in a model's folder. */
const networkName = 'network.onnx'

/** The card of a network that was made elsewhere. */
export const networkFileCard = z.object({
  formatVersion: z.literal(1),
  name: z.string(),
  summary: z.string(),
  licence: z.string(),
  parameters: z.int().nonnegative(),
  /** Of network.onnx. */
  sha256: z.string(),
  kind: z.literal('separator'),
  config: z.object({ family: z.literal('onnx'), adapter: networkAdapter }),
  data: z.string(),
  attributions: z.array(z.string()),
  scores: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string(), measuredOn: z.string() })),
  selfTest: z.object({ seed: z.int(), values: z.array(z.number()) }),
})
export type NetworkFileCard = z.output<typeof networkFileCard>

export interface LoadedNetwork {
  readonly card: NetworkFileCard
  readonly model: Uint8Array
}

/**
 * Reads a model's folder that holds card.json and network.onnx, and checks that they belong together.
 * @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT
 */
export async function loadNetwork(directory: string): Promise<LoadedNetwork> {
  const [text, model] = await Promise.all([readFile(join(directory, 'card.json'), 'utf8'), readFile(join(directory, networkName))]).catch(
    (cause: unknown) => {
      const message = `There is no complete network in ${directory}. Nothing was loaded; import it again.`
      throw new AppError('MODEL_NOT_FOUND', message, { cause })
    },
  )
  const card = networkFileCard.safeParse(JSON.parse(text))
  if (!card.success) throw corrupt(`The network's card cannot be used: ${z.prettifyError(card.error)}`)
  if (sha256(model) !== card.data.sha256) throw corrupt(`"${card.data.name}" is not the network of its card (SHA-256 differs)`)
  return { card: card.data, model }
}

function corrupt(what: string): AppError {
  return new AppError('MODEL_CORRUPT', `${what}. It was not used; import it again.`)
}

/** Writes the folder of a network, the card last. */
export async function saveNetwork(directory: string, model: Uint8Array, description: NetworkDescription, selfTest: NetworkSelfTest): Promise<void> {
  const { name, summary, licence, attributions, ...adapter } = description
  const card = {
    formatVersion: 1,
    name,
    summary: summary || 'A network that was made elsewhere.',
    licence: licence || 'not stated',
    parameters: countParameters(model) ?? 0,
    sha256: sha256(model),
    kind: 'separator',
    config: { family: 'onnx', adapter },
    data: 'Not known: it was trained elsewhere.',
    attributions,
    scores: [],
    selfTest: { seed: selfTest.seed, values: [...selfTest.values] },
  } satisfies NetworkFileCard
  await writeWhole(join(directory, networkName), model)
  await writeWhole(join(directory, 'card.json'), `${JSON.stringify(card, undefined, 2)}\n`)
}

/** What is written beside the network, so that it can be imported again. */
export function descriptionOf({ name, summary, licence, attributions, config }: NetworkFileCard): NetworkDescription {
  return { name, summary, licence, attributions, ...config.adapter }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
