import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine } from '#main/engine/engine'
import { requireSelfTest } from '#main/models/selfTest'
import { loadOwnSeparator, type LoadedSeparator } from '#main/node/modelFiles'
import { loadNetwork, type LoadedNetwork } from '#main/node/networkFiles'
import { openNetworkSeparator } from '#main/separation/network/networkSeparator'
import { createSeparator, type SongSeparator, songSeparator } from '#main/separation/separator'

/** A model of any kind that takes songs apart, read and found whole. */
export type SeparatorFiles = ({ readonly kind: 'own' } & LoadedSeparator) | ({ readonly kind: 'network' } & LoadedNetwork)

/** @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT; MODEL_INCOMPATIBLE for one that takes no songs apart */
export async function loadSeparator(directory: string): Promise<SeparatorFiles> {
  if (await isNetwork(directory)) return { kind: 'network', ...(await loadNetwork(directory)) }
  return { kind: 'own', ...(await loadOwnSeparator(directory)) }
}

/** True for a folder whose card says that it holds an ONNX network. */
export async function isNetwork(directory: string): Promise<boolean> {
  const text = await readFile(join(directory, 'card.json'), 'utf8').catch(() => '')
  try {
    return (JSON.parse(text) as { config?: { family?: unknown } }).config?.family === 'onnx'
  } catch {
    return false
  }
}

/**
 * Tests a model on an engine and makes it ready there.
 * @param batch segments that are computed at once
 * @throws AppError MODEL_CORRUPT, MODEL_INCOMPATIBLE, ENGINE_UNAVAILABLE, ENGINE_OUT_OF_MEMORY, ENGINE_LOST
 */
export async function openSeparator(files: SeparatorFiles, engine: Engine, batch: number): Promise<SongSeparator> {
  if (files.kind === 'network') return openNetworkSeparator(files.model, files.card.config.adapter, engine, batch, files.card.selfTest)
  const { card, parameters } = files
  await requireSelfTest(card.selfTest, card.config, parameters, engine)
  return songSeparator(await createSeparator(card.config, parameters, engine, batch))
}
