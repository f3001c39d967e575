import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { idxBytes, writeTree } from '#test/datasetFiles'
import { randomStream, type RandomStream } from '#shared/random'

const side = 28

/** Pictures of 28 × 28 dots: rings for digits, filled boxes for garments, of any place, size and grey. */
function drawn(kind: 'ring' | 'box', random: RandomStream): Uint8Array {
  const [x0, y0, radius, grey] = [10 + 8 * random.uniform(), 10 + 8 * random.uniform(), 4 + 5 * random.uniform(), 120 + 135 * random.uniform()]
  return Uint8Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [(at % side) - x0, Math.floor(at / side) - y0]
    const isInside = kind === 'ring' ? Math.abs(Math.hypot(x, y) - radius) < 1.5 : Math.max(Math.abs(x), Math.abs(y)) < radius
    return isInside ? grey : 0
  })
}

function packed(count: number, kind: 'ring' | 'box', seed: number): { images: Uint8Array; labels: Uint8Array } {
  const random = randomStream(seed)
  const pictures = Array.from({ length: count }, () => drawn(kind, random))
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10)
  return { images: gzipSync(idxBytes([count, side, side], Buffer.concat(pictures))), labels: gzipSync(idxBytes([count], labels)) }
}

/** Files as MNIST and Fashion-MNIST have them, by path below their common folder. */
export function pictureFiles(train: number, test: number): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {}
  for (const [folder, kind] of [['mnist', 'ring'], ['fashion-mnist', 'box']] as const) {
    for (const [name, count] of [['train', train], ['t10k', test]] as const) {
      const { images, labels } = packed(count, kind, train + count)
      files[`${folder}/${name}-images-idx3-ubyte.gz`] = images
      files[`${folder}/${name}-labels-idx1-ubyte.gz`] = labels
    }
  }
  return files
}

/** Writes them below `folder`, and returns it. */
export function writePictures(folder: string, train = 240, test = 60): string {
  writeTree(join(folder), pictureFiles(train, test))
  return folder
}
