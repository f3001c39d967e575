import type { GeneratorConfig } from '#main/models/generate/generatorConfig'
import { decibelPictureDefaults } from '#shared/dsp/decibelPicture'

/** A VAE of sounds as small as can be: 16 frames of 32 bins. */
export const smallSoundVae: GeneratorConfig = {
  family: 'soundvae',
  features: { sampleRate: 8000, fftSize: 64, hopLength: 32, frames: 16, bins: 32, samples: 480 },
  channels: [4, 6],
  frameStrides: [2, 1],
  latents: 4,
  prior: { kind: 'standard' },
}

/** The same with a mixture as its prior. */
export const smallMixtureVae: GeneratorConfig = { ...smallSoundVae, prior: { kind: 'mixture', components: 2, posterior: 'triangular', samples: 3 } }

/** Those of source 001. */
export const sourceSoundVae: GeneratorConfig = {
  family: 'soundvae',
  features: decibelPictureDefaults,
  channels: [512, 256, 128, 64, 32],
  frameStrides: [2, 2, 2, 2, 1],
  latents: 128,
  prior: { kind: 'standard' },
}
export const sourceMixtureVae: GeneratorConfig = { ...sourceSoundVae, latents: 256, prior: { kind: 'mixture', components: 2, posterior: 'triangular', samples: 3 } }
