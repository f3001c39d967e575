import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { drawTile, mergeTiles, type SampleRange, tileBins, tileColumns, tileGrid, tileStep } from '#shared/dsp/spectrogramTile'
import type { WorkContext } from '#shared/jobs/work'
import { outputError } from '#main/node/outputError'
import { TemporaryFile } from '#main/node/temporaryFile'
import { WavFile } from '#main/node/wavFile'

/** From this level on a tile covers minutes, and is made of those below it, which are kept. */
const firstMergedLevel = 4

/** Tiles that a sound keeps, a quarter of a megabyte each; when there are more, the older half goes. */
const mostTiles = 1024

/** Returns the place of a tile in a sound's folder of tiles. */
export function tilePath(folder: string, level: number, index: number): string {
  return join(folder, `${level}-${index}.tile`)
}

/**
 * Draws a tile of the spectrogram of the WAV file at `audioPath` into `folder`, unless it is there already.
 * @param most for tests: tiles that the folder may hold
 * @throws FILE_NOT_FOUND, OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function keepTile(audioPath: string, folder: string, level: number, index: number, context: WorkContext, most = mostTiles): Promise<void> {
  const file = await WavFile.open(audioPath)
  try {
    const { channels } = file.layout
    const sound = { frames: file.frames, channels, read: (first: number, count: number) => file.read(first, count) }
    await kept({ sound, sampleRate: file.layout.sampleRate, folder, mostTiles: most }, level, index, context)
  } finally {
    await file.close()
  }
}

interface TileSource {
  readonly sound: SampleRange
  readonly sampleRate: number
  readonly folder: string
  readonly mostTiles: number
}

async function kept(source: TileSource, level: number, index: number, context: WorkContext): Promise<Uint8Array> {
  const path = tilePath(source.folder, level, index)
  // Another request may forget it at any moment: it is read without asking whether it is there.
  const known = await readFile(path).catch(() => undefined)
  if (known) return known
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
  await forgetOldTiles(source.folder, source.mostTiles)
  return tile
}

/**
 * Fine tiles are drawn again in no time, so that whoever looks at all of a long song need not fill the disk with them. Several
 * requests may do this at once: what is gone already is not counted.
 */
async function forgetOldTiles(folder: string, most: number): Promise<void> {
  const names = await readdir(folder)
  if (names.length <= most) return
  const fine = names.filter((name) => Number(name.split('-')[0]) < firstMergedLevel - 1).map((name) => join(folder, name))
  const dated = await Promise.all(fine.map(async (path) => ({ path, at: (await stat(path).catch(() => undefined))?.mtimeMs })))
  const there = dated.flatMap(({ path, at }) => (at === undefined ? [] : [{ path, at }]))
  const oldest = there.toSorted((a, b) => a.at - b.at).slice(0, Math.ceil(there.length / 2))
  for (const { path } of oldest) await rm(path, { force: true })
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
