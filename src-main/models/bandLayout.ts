/** Neighbouring bins that share one row: `count` rows of `width` bins each, from `firstBin` on. */
export interface RowGroup {
  readonly firstBin: number
  readonly width: number
  readonly count: number
}

/**
 * How a spectrum is laid out for a network: bins are pooled into rows (fine where voices live, coarse above), and fields of
 * `framePack` frames by `pack` rows stand side by side as channels of one position. Bins above the last row share its mask.
 */
export interface BandLayout {
  readonly groups: readonly RowGroup[]
  readonly pack: number
  readonly framePack: number
}

/** Number of rows of a layout. */
export function rowCount({ groups }: BandLayout): number {
  return groups.reduce((sum, { count }) => sum + count, 0)
}

/** Values of one kind at one position. */
export function fieldSize({ pack, framePack }: BandLayout): number {
  return pack * framePack
}

/** Size of a patch's frequency axis. */
export function positionCount(layout: BandLayout): number {
  return rowCount(layout) / layout.pack
}

/** For every row the first bin and the one after its last. */
export function rowEdges({ groups }: BandLayout): { start: number; end: number }[] {
  return groups.flatMap(({ firstBin, width, count }) =>
    Array.from({ length: count }, (_, k) => ({ start: firstBin + k * width, end: firstBin + (k + 1) * width })),
  )
}

/** The row of every bin, where bins above the last row belong to it. */
export function rowOfBin(layout: BandLayout, bins: number): Uint16Array {
  const rows = new Uint16Array(bins).fill(rowCount(layout) - 1)
  rowEdges(layout).forEach(({ start, end }, row) => rows.fill(row, start, Math.min(end, bins)))
  return rows
}

/**
 * Where every row of every frame stands in a patch `[time, position, kind × framePack × pack]` of so many kinds, `[frame, row]`:
 * the offset of kind 0; each further kind stands `fieldSize` later.
 */
export function fieldOffsets(layout: BandLayout, kinds: number, frames: number): Uint32Array {
  const { pack, framePack } = layout
  const rows = rowCount(layout)
  const field = fieldSize(layout)
  const offsets = new Uint32Array(frames * rows)
  for (let frame = 0; frame < frames; frame++) {
    const time = Math.floor(frame / framePack)
    for (let row = 0; row < rows; row++) {
      const position = Math.floor(row / pack)
      const channel = (frame % framePack) * pack + (row % pack)
      offsets[frame * rows + row] = (time * (rows / pack) + position) * kinds * field + channel
    }
  }
  return offsets
}
