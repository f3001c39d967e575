import type { DetectorVaeConfig } from '#main/models/detect/detectorVae'
import { melClipOf } from '#main/models/detect/melClipConfig'

/** The network of source 003, and one that trains in minutes on two cores. */
export function detectorNetwork(name: 'detect' | 'detectLite', seconds: number): DetectorVaeConfig {
  const basics = { family: 'detectvae', clip: melClipOf(seconds), strides: [2, 2, 2, 2, 1] } as const
  return name === 'detect' ? { ...basics, channels: [512, 256, 128, 64, 32], latentUnits: 128 } : { ...basics, channels: [16, 24, 32, 48, 32], latentUnits: 32 }
}

/** Clips that are learned from at once: 64 in the source; few clips teach more in smaller batches. */
export function detectorBatch(name: 'detect' | 'detectLite', clips: number): number {
  return Math.min(name === 'detect' ? 64 : 8, clips)
}

/** How source 003 trains: plain Adam with L2, one learning rate, at most 50 epochs, and its rule of early stopping. */
export const detectorTraining = {
  learningRate: 1e-2,
  learningRateSchedule: 'constant',
  weightDecay: 5e-4,
  decay: 'gradient',
  secondMoment: 0.999,
  // Far beyond any gradient: the source does not shorten them.
  maxGradientNorm: 1e30,
  averageDecay: 0,
  stopping: 'prechelt',
} as const
export const detectorEpochs = 50
