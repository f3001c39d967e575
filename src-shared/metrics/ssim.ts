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
  const product = (x: Float32Array, y: Float32Array) => Float64Array.from(x, (value, i) => value * y[i]!)
  const blur = (values: ArrayLike<number>) => blurInside(values, a.width, a.height)
  const meanA = blur(a.values)
  const meanB = blur(b.values)
  const squareA = blur(product(a.values, a.values))
  const squareB = blur(product(b.values, b.values))
  const mixed = blur(product(a.values, b.values))
  const c1 = (0.01 * range) ** 2
  const c2 = (0.03 * range) ** 2
  let sum = 0
  for (let i = 0; i < meanA.length; i++) {
    const means = meanA[i]! * meanB[i]!
    const squares = meanA[i]! ** 2 + meanB[i]! ** 2
    const variances = squareA[i]! + squareB[i]! - squares
    sum += ((2 * means + c1) * (2 * (mixed[i]! - means) + c2)) / ((squares + c1) * (variances + c2))
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

function gaussian(): Float64Array {
  const half = (windowSize - 1) / 2
  const weights = Float64Array.from({ length: windowSize }, (_, i) => Math.exp(-((i - half) ** 2) / (2 * windowSigma ** 2)))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

/** Weighted means of every window inside the image, first along rows, then along columns. */
function blurInside(values: ArrayLike<number>, width: number, height: number): Float64Array {
  const weights = gaussian()
  const columns = width - windowSize + 1
  const rows = height - windowSize + 1
  const along = new Float64Array(height * columns)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0
      for (let t = 0; t < windowSize; t++) sum += weights[t]! * values[y * width + x + t]!
      along[y * columns + x] = sum
    }
  }
  const out = new Float64Array(rows * columns)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0
      for (let t = 0; t < windowSize; t++) sum += weights[t]! * along[(y + t) * columns + x]!
      out[y * columns + x] = sum
    }
  }
  return out
}
