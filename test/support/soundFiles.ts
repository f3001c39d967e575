import { openAudio } from '#main/node/audioReader'
import type { BlockOptions } from '#main/node/audioReader'
import { workContext } from '#main/node/workContext'
import { concatenate } from '#shared/audio/concatenate'
import type { WorkContext } from '#shared/jobs/work'

/** Reads a whole sound file (or the part asked for) into one array a channel. */
export async function readAll(path: string, options: BlockOptions = {}): Promise<Float32Array[]> {
  const reader = await openAudio(path, { minimumSeconds: 0 })
  const blocks: Float32Array[][] = []
  for await (const block of reader.blocks(options)) blocks.push(block)
  return Array.from({ length: reader.info.channels }, (_, channel) => concatenate(blocks.map((block) => block[channel]!)))
}

/** Yields planar samples in blocks of `size` frames. */
export async function* blocksOf(planes: readonly Float32Array[], size = 5000): AsyncGenerator<Float32Array[]> {
  for (let at = 0; at < planes[0]!.length; at += size) yield planes.map((plane) => plane.subarray(at, at + size))
}

/** Largest magnitude of a - b over all channels; NaN where lengths differ. */
export function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let largest = 0
  for (const [channel, plane] of a.entries()) {
    if (plane.length !== b[channel]?.length) return Number.NaN
    for (let i = 0; i < plane.length; i++) largest = Math.max(largest, Math.abs(plane[i]! - b[channel]![i]!))
  }
  return largest
}

/** A work context that nobody cancels. */
export function quietContext(signal: AbortSignal = new AbortController().signal): WorkContext {
  return workContext(signal)
}
