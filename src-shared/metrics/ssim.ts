import { AppError } from '#shared/errors'

const windowSize = 11
const windowSigma = 1.5

/** One grey image, row-major [row, column]. */
export interface GreyImage {
  readonly width: number
  readonly height: number
  readonly values: Float32Array
}

/**
 * Returns the mean structural similarity of two images whose values span `range`: 1 when equal. Gaussian window of
 * 11 × 11 with sigma 1.5, only where it lies wholly inside, K1 = 0.01, K2 = 0.03.
 * @see Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004.
 * @throws AppError INVALID_INPUT where sizes differ or a side is below 11.
 */
export function ssim(a: GreyImage, b: GreyImage, range = 1): number {
  requireComparable(a, b)
  const size = a.values.length
  // Of both squares only the sum is asked for, so that four maps do instead of five.
  const [squares, products] = [new Float64Array(size), new Float64Array(size)]
  for (let i = 0; i < size; i++) {
    const [x, y] = [a.values[i]!, b.values[i]!]
    squares[i] = x * x + y * y
    products[i] = x * y
  }
  const blur = (values: Float64Array) => blurInside(values, a.width, a.height)
  const meanA = blur(Float64Array.from(a.values))
  const meanB = blur(Float64Array.from(b.values))
  const squared = blur(squares)
  const mixed = blur(products)
  const c1 = (0.01 * range) ** 2
  const c2 = (0.03 * range) ** 2
  let sum = 0
  for (let i = 0; i < meanA.length; i++) {
    const means = meanA[i]! * meanB[i]!
    const squaresOfMeans = meanA[i]! ** 2 + meanB[i]! ** 2
    const variances = squared[i]! - squaresOfMeans
    sum += ((2 * means + c1) * (2 * (mixed[i]! - means) + c2)) / ((squaresOfMeans + c1) * (variances + c2))
  }
  return sum / meanA.length
}

function requireComparable(a: GreyImage, b: GreyImage): void {
  const size = a.width * a.height
  const alike = a.width === b.width && a.height === b.height && a.values.length === size && b.values.length === size
  if (alike && Math.min(a.width, a.height) >= windowSize) return
  throw new AppError(
    'INVALID_INPUT',
    `Images of ${a.width} × ${a.height} and ${b.width} × ${b.height} pixels cannot be compared; nothing was measured. ` +
      `Both must have one size of at least ${windowSize} × ${windowSize}.`,
  )
}

const weights = gaussian()

function gaussian(): Float64Array {
  const half = (windowSize - 1) / 2
  const bell = Float64Array.from({ length: windowSize }, (_, i) => Math.exp(-((i - half) ** 2) / (2 * windowSigma ** 2)))
  const total = bell.reduce((sum, weight) => sum + weight, 0)
  return bell.map((weight) => weight / total)
}

/** Weighted means of every window inside the image, first along rows, then along columns. */
function blurInside(values: Float64Array, width: number, height: number): Float64Array {
  const columns = width - windowSize + 1
  const rows = height - windowSize + 1
  const along = new Float64Array(height * columns)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) along[y * columns + x] = weighted(values, y * width + x, 1)
  }
  const out = new Float64Array(rows * columns)
  for (let at = 0; at < out.length; at++) out[at] = weighted(along, at, columns)
  return out
}

/** The weighted sum of a window's values, `stride` apart. */
function weighted(values: Float64Array, start: number, stride: number): number {
  let sum = 0
  for (let t = 0, at = start; t < windowSize; t++, at += stride) sum += weights[t]! * values[at]!
  return sum
}
