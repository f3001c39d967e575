import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { ReadyUnmixers } from '#main/compute/tasks/readyUnmixers'
import type { NamedArrays } from '#main/engine/engine'

const ready = new ReadyUnmixers()

/** @throws AppError as `unmix` of `ReadyUnmixers` */
export async function unmixPictures({ mixtures, ...wanted }: ComputeInput<'unmixPictures'>): Promise<ComputeResult<'unmixPictures'>> {
  const { outputs, latents } = await ready.unmix(wanted, mixtures)
  if (!latents) return picturesOf(outputs)
  const { channels, seesMixture } = latents
  const first = { mean: outputs.firstMean!, logVariance: outputs.firstLogVariance! }
  const second = { mean: outputs.secondMean!, logVariance: outputs.secondLogVariance! }
  return { ...picturesOf(outputs), latents: { first, second, channels, seesMixture } }
}

/** @throws AppError as `decode` of `ReadyUnmixers` */
export async function decodePictures({ first, second, mixtures, ...wanted }: ComputeInput<'decodePictures'>): Promise<ComputeResult<'decodePictures'>> {
  return picturesOf(await ready.decode(wanted, first, second, mixtures))
}

function picturesOf({ first, second, mixture }: NamedArrays) {
  return { first: first!, second: second!, mixture: mixture! }
}
