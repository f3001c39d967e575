import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { AppError } from '#shared/errors'

export function unmixPictures({ directory }: ComputeInput<'unmixPictures'>): Promise<ComputeResult<'unmixPictures'>> {
  return Promise.reject(new AppError('MODEL_NOT_FOUND', `There is no complete model in ${directory}. Nothing was computed.`))
}

export function decodePictures({ directory }: ComputeInput<'decodePictures'>): Promise<ComputeResult<'decodePictures'>> {
  return Promise.reject(new AppError('MODEL_NOT_FOUND', `There is no complete model in ${directory}. Nothing was computed.`))
}
