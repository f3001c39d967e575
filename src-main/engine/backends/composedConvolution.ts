import { type Tensor, type Tensor4D, tf } from '#main/engine/tf'

type Info = tf.backend_util.Conv2DInfo
type Shape4D = [number, number, number, number]

interface ConvolutionAttributes {
  strides: number | [number, number]
  pad: 'same' | 'valid' | number
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
  inputShape?: Shape4D
  filterShape?: Shape4D
}

function infoOf(inputShape: readonly number[], filterShape: readonly number[], attributes: ConvolutionAttributes): Info {
  const { strides, pad, dimRoundingMode } = attributes
  return tf.backend_util.computeConv2DInfo([...inputShape] as Shape4D, [...filterShape] as Shape4D, strides, 1, pad, dimRoundingMode)
}

/**
 * The gradient of a convolution by its filter `[height, width, in, out]`: for every tap of the kernel, the input seen
 * through that tap times `dy`, summed over batch, height and width.
 */
export function filterGradient(x: Tensor4D, dy: Tensor4D, attributes: ConvolutionAttributes): Tensor {
  const convolution = infoOf(x.shape, attributes.filterShape!, attributes)
  const { padInfo, strideHeight, strideWidth, outHeight, outWidth, filterHeight, filterWidth } = convolution
  const { batchSize, inChannels, outChannels } = convolution
  const points = batchSize * outHeight * outWidth
  // Rows and columns are added so that the last, strided window is whole.
  const rows = roundedUp(padInfo.top + x.shape[1] + padInfo.bottom + strideHeight - 1, strideHeight)
  const columns = roundedUp(padInfo.left + x.shape[2] + padInfo.right + strideWidth - 1, strideWidth)
  const padded = tf.pad(x, [
    [0, 0],
    [padInfo.top, rows - padInfo.top - x.shape[1]],
    [padInfo.left, columns - padInfo.left - x.shape[2]],
    [0, 0],
  ]) as Tensor4D
  const phases = phasesOf(padded, strideHeight, strideWidth)
  const factors = tf.reshape(dy, [points, outChannels])
  const taps: Tensor[] = []
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      const phase = phases[row % strideHeight]![column % strideWidth]!
      const start = [0, 0, Math.floor(row / strideHeight), Math.floor(column / strideWidth)]
      const seen = tf.slice(phase, start, [inChannels, batchSize, outHeight, outWidth])
      taps.push(tf.matMul(tf.reshape(seen, [inChannels, points]), factors))
    }
  }
  return tf.reshape(tf.concat(taps, 0), [filterHeight, filterWidth, inChannels, outChannels])
}

function roundedUp(length: number, multiple: number): number {
  return Math.ceil(length / multiple) * multiple
}

/** Every `rows`-th row and `columns`-th column, for each first row and column, as `[channel, batch, row, column]`. */
function phasesOf(x: Tensor4D, rows: number, columns: number): Tensor4D[][] {
  const [batch, height, width, channels] = x.shape
  const [high, wide] = [height / rows, width / columns]
  const split = tf.reshape(x, [batch * high, rows, wide, columns * channels])
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      const phase = tf.slice(split, [0, row, 0, column * channels], [batch * high, 1, wide, channels])
      return tf.transpose(tf.reshape(phase, [batch, high, wide, channels]), [3, 0, 1, 2]) as Tensor4D
    }),
  )
}

/**
 * The gradient of a convolution by its input, which is a transposed convolution: `dy` with zeros between its elements,
 * convolved with the kernel turned round.
 */
export function inputGradient(dy: Tensor4D, filter: Tensor4D, attributes: ConvolutionAttributes): Tensor {
  const convolution = infoOf(attributes.inputShape!, filter.shape, attributes)
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth, inHeight, inWidth } = convolution
  const spread = withZeros(dy, strideHeight, strideWidth)
  const before = [filterHeight - 1 - padInfo.top, filterWidth - 1 - padInfo.left] as const
  const after = [
    inHeight + filterHeight - 1 - before[0] - spread.shape[1],
    inWidth + filterWidth - 1 - before[1] - spread.shape[2],
  ] as const
  const cropped = cropOrPad(spread, before, after)
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as Tensor4D
  return tf.conv2d(cropped, turned, 1, 'valid')
}

function withZeros(dy: Tensor4D, rows: number, columns: number): Tensor4D {
  if (rows === 1 && columns === 1) return dy
  const [batch, height, width, channels] = dy.shape
  const wide = tf.pad(tf.reshape(dy, [batch * height, width, 1, channels]), [[0, 0], [0, 0], [0, columns - 1], [0, 0]])
  const high = tf.pad(tf.reshape(wide, [batch, height, 1, width * columns * channels]), [[0, 0], [0, 0], [0, rows - 1], [0, 0]])
  return tf.reshape(high, [batch, height * rows, width * columns, channels]) as Tensor4D
}

/** Adds zeros on every side, or takes rows and columns (zeros too) away where the number is negative. */
function cropOrPad(x: Tensor4D, before: readonly [number, number], after: readonly [number, number]): Tensor4D {
  const [batch, height, width, channels] = x.shape
  const cut = (n: number) => Math.max(0, -n)
  const kept = tf.slice(
    x,
    [0, cut(before[0]), cut(before[1]), 0],
    [batch, height - cut(before[0]) - cut(after[0]), width - cut(before[1]) - cut(after[1]), channels],
  )
  const added = (n: number) => Math.max(0, n)
  const paddings: [number, number][] = [[0, 0], [added(before[0]), added(after[0])], [added(before[1]), added(after[1])], [0, 0]]
  return paddings.flat().some((n) => n > 0) ? (tf.pad(kept, paddings) as Tensor4D) : kept
}

/** Gives a backend these two gradients as its own kernels, in place of missing or slow ones. */
export function registerComposedConvolution(backendName: string): void {
  const kernel = (kernelName: string, compute: (inputs: Record<string, Tensor4D>, attributes: ConvolutionAttributes) => Tensor) => {
    if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName)
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const named = Object.entries(inputs as Record<string, tf.TensorInfo>)
        const tensors = named.map(([name, info]) => [name, asTensor(info)] as const)
        return tf.tidy(() => compute(Object.fromEntries(tensors), attrs as unknown as ConvolutionAttributes))
      },
    })
  }
  kernel('Conv2DBackpropFilter', ({ x, dy }, attributes) => filterGradient(x!, dy!, attributes))
  kernel('Conv2DBackpropInput', ({ dy, filter }, attributes) => inputGradient(dy!, filter!, attributes))
}

/** Kernels are given tensors already; the registry's types only promise their description. */
function asTensor(info: tf.TensorInfo): Tensor4D {
  return info as Tensor4D
}
