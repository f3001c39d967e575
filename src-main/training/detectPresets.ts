import { detectorNetwork, detectorTraining } from '#main/models/detect/detectorNetworks'
import type { Preset } from '#main/training/presets'

/** Learns what one sound looks like. */
const clips = { kind: 'clips', contents: ['clips'] } as const

/** As source 003 has it; an epoch is what lies between two validations. */
const training = { ...detectorTraining, stepsPerEpoch: 1, beta: 1, klSchedule: 'constant', loss: { reconstructionWeight: 1e8 } } as const

/** Networks that know one sound, of a folder that holds nothing else; sweeps and what finds the sound in recordings are in the Lab. */
export const detectPresets = {
  detectLite: {
    ...clips,
    name: 'One-class VAE, lite',
    summary: 'Learns what one sound looks like, in minutes; to find it in recordings, make a detector in the Lab.',
    model: detectorNetwork('detectLite', 3),
    training: { ...training, batchSize: 8, stepsPerEpoch: 4, totalSteps: 200 },
  },
  detect: {
    ...clips,
    name: 'One-class VAE',
    summary: "4.3 million parameters: the document's network of one dog's bark; for a graphics card.",
    model: detectorNetwork('detect', 3),
    training: { ...training, batchSize: 64, totalSteps: 50 },
  },
} as const satisfies Record<string, Preset>
