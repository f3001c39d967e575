import type { Engine } from '#main/engine/engine'
import { blindFamily } from '#main/node/blindTraining'
import { separatorFamily } from '#main/node/separatorTraining'
import type { TrainingFamily } from '#main/node/trainingFamily'
import type { BaseModel, TrainingRun } from '#main/node/trainingRun'
import type { NetworkConfig } from '#main/training/presets'
import type { TrainingConfig } from '#shared/training/config'

/** What differs from one network to another when it is trained: the one place that knows all families. */
export function familyOf(run: TrainingRun, model: NetworkConfig, config: TrainingConfig, engine: Engine, base?: BaseModel): TrainingFamily {
  switch (model.family) {
    case 'duovae':
    case 'unet':
      return separatorFamily(run, model, config, engine, base)
    case 'convvae':
    case 'densevae':
      return blindFamily(run, model, config, engine, base)
  }
}
