import type { NamedArrays } from '#main/engine/engine'

/** An image batch `[batch, height, width, channel]` in double precision. */
interface Image {
  shape: [number, number, number, number]
  values: Float64Array
}

type Values = Record<string, Float64Array>

const batch = 2
const image = (shape: Image['shape'], values: Float64Array = new Float64Array(shape.reduce((a, b) => a * b))): Image => ({ shape, values })
const at = ({ shape }: Image, b: number, y: number, x: number, c: number) => ((b * shape[1] + y) * shape[2] + x) * shape[3] + c

function filled(shape: Image['shape'], value: (b: number, y: number, x: number, c: number) => number): Image {
  const result = image(shape)
  for (let b = 0; b < shape[0]; b++)
    for (let y = 0; y < shape[1]; y++)
      for (let x = 0; x < shape[2]; x++)
        for (let c = 0; c < shape[3]; c++) result.values[at(result, b, y, x, c)] = value(b, y, x, c)
  return result
}

const mapped = (x: Image, f: (value: number, index: number) => number): Image => image(x.shape, x.values.map(f))
const pixel = (x: Image, b: number, row: number, column: number, c: number) =>
  row < 0 || column < 0 || row >= x.shape[1] || column >= x.shape[2] ? 0 : x.values[at(x, b, row, column, c)]!

/** Convolution with zeros around so that the size is divided by the stride, as TensorFlow's "same" says. */
function convolved(input: Image, kernel: Float64Array, size: number, outputs: number, stride = 1): Image {
  const [b, h, w, inputs] = input.shape
  const before = Math.floor(Math.max(0, size - stride) / 2)
  return filled([b, h / stride, w / stride, outputs], (n, y, x, o) => {
    let sum = 0
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        for (let c = 0; c < inputs; c++)
          sum += pixel(input, n, y * stride + i - before, x * stride + j - before, c) * kernel[((i * size + j) * inputs + c) * outputs + o]!
    return sum
  })
}

function groupNormed(x: Image, gamma: Float64Array, beta: Float64Array, groups: number): Image {
  const [b, h, w, channels] = x.shape
  const width = channels / groups
  const result = image(x.shape)
  for (let n = 0; n < b; n++)
    for (let g = 0; g < groups; g++) {
      const indices: number[] = []
      for (let y = 0; y < h; y++)
        for (let k = 0; k < w; k++) for (let c = 0; c < width; c++) indices.push(at(x, n, y, k, g * width + c))
      const mean = indices.reduce((sum, i) => sum + x.values[i]!, 0) / indices.length
      const variance = indices.reduce((sum, i) => sum + (x.values[i]! - mean) ** 2, 0) / indices.length
      for (const i of indices) {
        const c = i % channels
        result.values[i] = ((x.values[i]! - mean) / Math.sqrt(variance + 1e-5)) * gamma[c]! + beta[c]!
      }
    }
  return result
}

function denseOver(x: Image, weights: Float64Array, units: number): Image {
  return filled([x.shape[0], x.shape[1], units, x.shape[3]], (b, y, u, c) => {
    let sum = 0
    for (let k = 0; k < x.shape[2]; k++) sum += x.values[at(x, b, y, k, c)]! * weights[k * units + u]!
    return sum
  })
}

const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length

/** The golden program written with plain loops in double precision, from its description and not from its code. */
export function goldenReference(p: Values, x: Values): { loss: number; spectrum: number; magnitude: number; kl: number } {
  const mixture = image([batch, 8, 16, 2], x.mixture)
  const entry = mapped(convolved(mixture, p['entry/kernel']!, 3, 4), (v, i) => v + p['entry/bias']![i % 4]!)
  const level = mapped(groupNormed(entry, p['norm/gamma']!, p['norm/beta']!, 2), (v) => Math.max(0, v))
  const below = mapped(convolved(level, p['down/kernel']!, 3, 6, 2), (v) => (v > 0 ? v : Math.expm1(v)))
  const narrow = mapped(denseOver(below, p['bins/narrow']!, 3), (v) => (v > 0 ? v : 0.1 * v))
  const wide = denseOver(narrow, p['bins/wide']!, 8)
  const deep = mapped(below, (v, i) => v + wide.values[i]! * p.scale![i % 6]!)
  const mu = convolved(deep, p['head/mean']!, 1, 3)
  const logVariance = convolved(deep, p['head/logVariance']!, 1, 3)
  const latent = mapped(mu, (v, i) => v + Math.exp(logVariance.values[i]! / 2) * x.noise![i]!)

  const up = p['up/kernel']!
  const raised = filled([batch, 8, 16, 4], (b, y, k, o) => {
    let sum = 0
    for (let c = 0; c < 3; c++)
      sum += latent.values[at(latent, b, y >> 1, k >> 1, c)]! * up[((((y & 1) * 2 + (k & 1)) * 4 + o) * 3) + c]!
    return sum
  })
  const coarse = filled([batch, 8, 16, 4], (b, y, k, c) => {
    const corner = (i: number, j: number) => level.values[at(level, b, (y & ~1) + i, (k & ~1) + j, c)]!
    return (corner(0, 0) + corner(0, 1) + corner(1, 0) + corner(1, 1)) / 4
  })
  const mixed = filled(level.shape, (b, y, k, c) => (c < 2 ? level : coarse).values[at(level, b, y, k, c)]!)
  const gate = mapped(convolved(raised, p['gate/kernel']!, 1, 4), (v) => 1 / (1 + Math.exp(-v)))
  const skip = convolved(mixed, p['skip/kernel']!, 1, 4)
  const joined = mapped(raised, (v, i) => v + gate.values[i]! * skip.values[i]!)
  const logits = convolved(joined, p['output/kernel']!, 3, 4)
  const mask = filled([batch, 8, 16, 2], (b, y, k, c) => {
    const first = logits.values[at(logits, b, y, k, 2 * c)]!
    const second = logits.values[at(logits, b, y, k, 2 * c + 1)]!
    return 1 / (1 + Math.exp(second - first))
  })

  const error = mapped(mask, (m, i) => m * mixture.values[i]! - x.target![i]!).values
  const spectrum = mean(error.map(Math.abs))
  const magnitude = mean(error.map((e) => (e * e + 1e-2) ** 0.15))
  const kl = mean(mu.values.map((m, i) => m * m + Math.exp(logVariance.values[i]!) - logVariance.values[i]! - 1)) / 2
  const weights = p['dense/weights']!
  let dense = 0
  for (let b = 0; b < batch; b++) {
    let squares = 1e-2
    for (let o = 0; o < 5; o++) {
      let sum = 0
      for (let i = 0; i < 96; i++) sum += mu.values[b * 96 + i]! * weights[i * 5 + o]!
      squares += sum * sum
    }
    dense += Math.sqrt(squares) / batch
  }
  return { loss: spectrum + magnitude + 0.1 * kl + Math.max(0.1 * dense, -1), spectrum, magnitude, kl }
}

/** The slope of the reference's loss along a direction of one parameter, by central differences. */
export function referenceSlope(parameters: NamedArrays, inputs: NamedArrays, name: string, direction: Float32Array): number {
  const step = 1e-6
  const doubles = (arrays: NamedArrays): Values =>
    Object.fromEntries(Object.entries(arrays).map(([key, values]) => [key, Float64Array.from(values)]))
  const moved = (sign: number): Values => {
    const copy = doubles(parameters)
    copy[name] = copy[name]!.map((value, i) => value + sign * step * direction[i]!)
    return copy
  }
  const given = doubles(inputs)
  return (goldenReference(moved(1), given).loss - goldenReference(moved(-1), given).loss) / (2 * step)
}
