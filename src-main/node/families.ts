import type { Engine, LossProgram } from '#main/engine/engine'
import { blindVaeLoss } from '#main/models/blindVaeLoss'
import { soundVaeLoss } from '#main/models/generate/soundVaeLoss'
import { rvqPriorLoss } from '#main/models/quantise/rvqPrior'
import { separatorLoss } from '#main/models/separatorLoss'
import { unmixerLoss } from '#main/models/unmixerLoss'
import { detectorLoss } from '#main/models/detect/detectorLoss'
import { blindFamily } from '#main/node/blindTraining'
import { detectorFamily } from '#main/node/detectorTraining'
import { generatorFamily } from '#main/node/generatorTraining'
import { priorFamily } from '#main/node/priorTraining'
import { rvqFamily, rvqLossProgram } from '#main/node/rvqTraining'
import { separatorFamily } from '#main/node/separatorTraining'
import type { TrainingFamily } from '#main/node/trainingFamily'
import type { BaseModel, TrainingRun } from '#main/node/trainingRun'
import { unmixerFamily } from '#main/node/unmixerTraining'
import type { NetworkConfig } from '#main/training/presets'
import type { TrainingConfig } from '#shared/training/config'

/** What a network learns by, with batches of the configured size. */
export function lossProgramOf(model: NetworkConfig, config: TrainingConfig): LossProgram {
  const { batchSize, loss } = config
  switch (model.family) {
    case 'duovae':
    case 'unet':
      return separatorLoss(model, batchSize, loss)
    case 'convvae':
    case 'densevae':
      return blindVaeLoss(model, batchSize, loss.reconstruction)
    case 'unmixer':
      return unmixerLoss(model, batchSize, loss)
    case 'rvqvae':
      return rvqLossProgram(model, config)
    case 'rvqprior':
      return rvqPriorLoss(model, batchSize)
    case 'soundvae':
      return soundVaeLoss(model, batchSize, loss)
    case 'detectvae':
      return detectorLoss(model, batchSize)
  }
}

/** What differs from one network to another when it is trained: the one place that knows all families. */
export function familyOf(run: TrainingRun, model: NetworkConfig, config: TrainingConfig, engine: Engine, base?: BaseModel): TrainingFamily {
  switch (model.family) {
    case 'duovae':
    case 'unet':
      return separatorFamily(run, model, config, engine, base)
    case 'convvae':
    case 'densevae':
      return blindFamily(run, model, config, engine, base)
    case 'unmixer':
      return unmixerFamily(run, model, config, engine, base)
    case 'rvqvae':
      return rvqFamily(run, model, config, engine, base)
    case 'rvqprior':
      return priorFamily(run, model, config, engine, base)
    case 'soundvae':
      return generatorFamily(run, model, config, engine, base)
    case 'detectvae':
      return detectorFamily(run, model, config, engine, base)
  }
}
