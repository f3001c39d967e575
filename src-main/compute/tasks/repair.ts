import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { type FrameSpan, type StemChange, writeAltered, writeSound, writeTransferred } from '#main/node/changedStems'
import { type AudioReader, openAudio } from '#main/node/audioReader'
import { openStemPair, pairResidual, type StemPair } from '#main/node/stemPair'
import { inStep } from '#main/separation/blocks'
import { reshapeDifference } from '#main/separation/reshape'
import { selectedPart, selectedStretch } from '#main/separation/spectralRepair'
import { repairGrid, stretchAround } from '#main/separation/spectralStream'
import type { SpectralRegion } from '#shared/contract/repair'
import { regionMask } from '#shared/dsp/spectralRegions'
import type { WorkContext } from '#shared/jobs/work'

type Operation<Kind extends ComputeInput<'repair'>['operation']['kind']> = Extract<ComputeInput<'repair'>['operation'], { kind: Kind }>

/** @throws what `openStemPair`, `regionMask` and the writers throw */
export async function repair({ pair: paths, operation, output }: ComputeInput<'repair'>, context: WorkContext): Promise<ComputeResult<'repair'>> {
  const pair = await openStemPair(paths)
  let written: { paths: { vocals: string; accompaniment: string }; warnings: string[] }
  try {
    if (operation.kind === 'gain') {
      written = await amplify(pair, operation, output, paths, context)
    } else {
      const change = operation.kind === 'move' ? movement(pair, operation, context) : reshaping(pair, operation.exponent, undefined, context)
      await writeTransferred(pair, change, wholeOf(pair), output, context)
      written = { paths: output, warnings: [] }
    }
  } finally {
    await pair.close()
  }
  const measured = await measureNull({ pair: { ...paths, ...written.paths } }, context)
  return { ...measured, warnings: written.warnings }
}

/** @throws what `pairResidual` throws */
export async function measureNull({ pair: { mixture, offset, ...stems } }: ComputeInput<'measureNull'>, context: WorkContext): Promise<ComputeResult<'measureNull'>> {
  const residual = await pairResidual({ path: mixture, offset }, stems, context)
  return { nullResidualDbfs: Math.max(-200, 20 * Math.log10(residual)) }
}

/** @throws what `openStemPair` and the writers throw */
export async function previewReshape({ pair: paths, exponent, start, length, output }: ComputeInput<'previewReshape'>, context: WorkContext): Promise<ComputeResult<'previewReshape'>> {
  const pair = await openStemPair(paths)
  try {
    const first = Math.min(start, Math.max(0, pair.frames - 1))
    const span = { start: first, end: Math.min(pair.frames, first + length) }
    await writeTransferred(pair, reshaping(pair, exponent, span, context), span, output, context)
    return { start: span.start }
  } finally {
    await pair.close()
  }
}

/** @throws what `regionMask` and the writer throw */
export async function audition({ path, regions, output }: ComputeInput<'audition'>, context: WorkContext): Promise<ComputeResult<'audition'>> {
  const sound = await openAudio(path, { minimumSeconds: 0 })
  try {
    const { sampleRate, channels, frames = 0 } = sound.info
    const { blocks, span, touched } = selection(sound, regions, frames, context)
    await writeSound(output, { sampleRate, channels }, trimmed(blocks, touched.start - span.start, touched.end - touched.start))
    return { start: touched.start }
  } finally {
    await sound.close()
  }
}

function wholeOf({ frames }: StemPair): FrameSpan {
  return { start: 0, end: frames }
}

function movement(pair: StemPair, { from, regions }: Operation<'move'>, context: WorkContext): StemChange {
  const { blocks, span } = selection(from === 'vocals' ? pair.vocals : pair.music, regions, pair.frames, context)
  return { span, blocks: from === 'vocals' ? scaled(blocks, -1) : blocks }
}

function reshaping({ vocals, music, frames, sampleRate }: StemPair, exponent: number, of: FrameSpan | undefined, context: WorkContext): StemChange {
  const grid = repairGrid(sampleRate)
  const stretch = of === undefined ? { start: 0, end: frames } : stretchAround(of.start, of.end, frames, grid)
  const range = { start: stretch.start, length: stretch.end - stretch.start, signal: context.signal }
  const stems = { vocals: vocals.blocks(range), accompaniment: music.blocks(range) }
  return { span: stretch, blocks: reshapeDifference(stems, stretch, exponent, grid, quiet(context)) }
}

/** What `regions` select of a sound of `frames` frames: its samples of `span`, which are 0 but in `touched`. */
function selection(sound: AudioReader, regions: readonly SpectralRegion[], frames: number, context: WorkContext) {
  const mask = regionMask(regions, frames, repairGrid(sound.info.sampleRate))
  const span = selectedStretch(mask, frames)
  const blocks = sound.blocks({ start: span.start, length: span.end - span.start, signal: context.signal })
  return { span, touched: { start: mask.start, end: mask.end }, blocks: selectedPart(blocks, span, mask, quiet(context)) }
}

/** Whoever writes reports how far it is. */
function quiet(context: WorkContext): WorkContext {
  return { ...context, onProgress: () => {} }
}

async function amplify(
  pair: StemPair,
  { stem: name, regions, decibels }: Operation<'gain'>,
  output: { vocals: string; accompaniment: string },
  paths: { vocals: string; accompaniment: string },
  context: WorkContext,
) {
  const stem = name === 'vocals' ? pair.vocals : pair.music
  const factor = 10 ** (decibels / 20) - 1
  const select = () => selection(stem, regions, pair.frames, context)
  const clips = pair.bits !== undefined && factor > 0 && (await largestAfter(stem, select(), factor, context)) > 1 - 2 ** (1 - pair.bits)
  const bits = clips ? undefined : pair.bits
  await writeAltered(stem, { ...select(), factor }, { path: output[name], bits, frames: pair.frames }, context)
  const warnings = clips ? ['The selection is louder than full scale now, so the stem is kept as 32-bit float, where nothing is cut off.'] : []
  const changed = { [name]: output[name] }
  return { paths: { vocals: paths.vocals, accompaniment: paths.accompaniment, ...changed }, warnings }
}

/** Largest magnitude in the frames that change. */
async function largestAfter(stem: AudioReader, { span, blocks }: StemChange, factor: number, context: WorkContext): Promise<number> {
  const before = stem.blocks({ start: span.start, length: span.end - span.start, signal: context.signal })
  let largest = 0
  for await (const [samples, selected] of inStep(before, blocks)) {
    for (const [channel, plane] of samples.entries()) {
      for (let i = 0; i < plane.length; i++) largest = Math.max(largest, Math.abs(plane[i]! + factor * selected[channel]![i]!))
    }
  }
  return largest
}

async function* scaled(blocks: AsyncIterable<Float32Array[]>, factor: number): AsyncGenerator<Float32Array[]> {
  for await (const block of blocks) yield block.map((samples) => samples.map((value) => factor * value))
}

/** Leaves out the first `skip` frames, and all after `count` further ones. */
async function* trimmed(blocks: AsyncIterable<Float32Array[]>, skip: number, count: number): AsyncGenerator<Float32Array[]> {
  let at = -skip
  for await (const block of blocks) {
    const length = block[0]!.length
    const part = block.map((samples) => samples.subarray(Math.max(0, -at), Math.max(0, Math.min(length, count - at))))
    at += length
    if (part[0]!.length > 0) yield part
    if (at >= count) return
  }
}
