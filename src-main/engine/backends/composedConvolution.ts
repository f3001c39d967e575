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
  const channelsFirst = tf.transpose(x, [3, 0, 1, 2])
  // Rows and columns are added so that the last, strided window is whole.
  const padded = tf.pad(channelsFirst, [
    [0, 0],
    [0, 0],
    [padInfo.top, padInfo.bottom + strideHeight],
    [padInfo.left, padInfo.right + strideWidth],
  ]) as Tensor4D
  const columns = tf.reshape(dy, [points, outChannels])
  const taps: Tensor[] = []
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      const seen = everyOther(padded, [row, column], [outHeight, outWidth], [strideHeight, strideWidth])
      taps.push(tf.matMul(tf.reshape(seen, [inChannels, points]), columns))
    }
  }
  return tf.reshape(tf.concat(taps, 0), [filterHeight, filterWidth, inChannels, outChannels])
}

/** `count` rows and columns of `x` `[channel, batch, row, column]` from `start` on, `stride` apart. */
function everyOther(x: Tensor4D, start: [number, number], count: [number, number], stride: [number, number]): Tensor {
  const [channels, batch] = x.shape
  const span = tf.slice(x, [0, 0, ...start], [channels, batch, count[0] * stride[0], count[1] * stride[1]])
  if (stride[0] === 1 && stride[1] === 1) return span
  const split = tf.reshape(span, [channels * batch, count[0], stride[0], count[1], stride[1]])
  return tf.slice(split, [0, 0, 0, 0, 0], [channels * batch, count[0], 1, count[1], 1])
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
