import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { drawTile, mergeTiles, type SampleRange, tileBins, tileColumns, tileGrid, tileStep } from '#shared/dsp/spectrogramTile'
import type { WorkContext } from '#shared/jobs/work'
import { outputError } from '#main/node/outputError'
import { exists, TemporaryFile } from '#main/node/temporaryFile'
import { WavFile } from '#main/node/wavFile'

/** From this level on a tile covers minutes, and is made of those below it, which are kept. */
const firstMergedLevel = 4

/** Returns the place of a tile in a sound's folder of tiles. */
export function tilePath(folder: string, level: number, index: number): string {
  return join(folder, `${level}-${index}.tile`)
}

/**
 * Draws a tile of the spectrogram of the WAV file at `audioPath` into `folder`, unless it is there already.
 * @throws FILE_NOT_FOUND, OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function keepTile(audioPath: string, folder: string, level: number, index: number, context: WorkContext): Promise<void> {
  const file = await WavFile.open(audioPath)
  try {
    const { channels } = file.layout
    const sound = { frames: file.frames, channels, read: (first: number, count: number) => file.read(first, count) }
    await kept({ sound, sampleRate: file.layout.sampleRate, folder }, level, index, context)
  } finally {
    await file.close()
  }
}

interface TileSource {
  readonly sound: SampleRange
  readonly sampleRate: number
  readonly folder: string
}

async function kept(source: TileSource, level: number, index: number, context: WorkContext): Promise<Uint8Array> {
  const path = tilePath(source.folder, level, index)
  if (await exists(path)) return readFile(path)
  const tile = level < firstMergedLevel ? await drawn(source, level, index, context) : await merged(source, level, index, context)
  const file = await TemporaryFile.create(path)
  try {
    await writeFile(file.path, tile)
    await file.publish(true)
  } catch (error) {
    throw outputError(path, error)
  } finally {
    await file.discard()
  }
  return tile
}

function drawn({ sound, sampleRate }: TileSource, level: number, index: number, context: WorkContext): Promise<Uint8Array> {
  return drawTile(sound, tileGrid(sampleRate, sound.frames), level, index, context)
}

async function merged(source: TileSource, level: number, index: number, context: WorkContext): Promise<Uint8Array> {
  const grid = tileGrid(source.sampleRate, source.sound.frames)
  const parts: Uint8Array[] = []
  for (let part = index * tileStep; part < (index + 1) * tileStep; part++) {
    if (tileColumns(grid, source.sound.frames, level - 1, part) > 0) parts.push(await kept(source, level - 1, part, context))
  }
  return mergeTiles(parts, tileBins(grid))
}
