import type { LabSystem } from '#main/hosts/cli/labSystems'
import { requireRvqSelfTest } from '#main/models/quantise/rvqSelfTest'
import { readClipManifest } from '#main/node/clipManifest'
import { describeSounds, latentVectors, measureRvqVae, readHeldSounds } from '#main/node/heldSounds'
import { loadOther } from '#main/node/modelFiles'
import { compareAverages } from '#main/quantising/codebookComparison'

/** Quantised VAEs: how sounds that they have not learned from come out of their codes, and how their codes are used. */
export const quantiseSystem: LabSystem = {
  title: 'Quantise and sample',
  families: ['rvqvae'],
  sounds: 'fsdd',
  async figures(directory, soundFolder, engine, context) {
    const model = await loadOther(directory, 'rvqvae')
    await requireRvqSelfTest(model.card.selfTest, model.card.config, model.parameters, engine)
    const { manifest } = await readClipManifest(soundFolder, { validation: [], test: [], without: [] })
    const sounds = await readHeldSounds(model.card.config, soundFolder, manifest, context)
    const { distance, reconstruction, quantisationError, layers } = await measureRvqVae(model, sounds, engine, context)
    const { residuals, 'as-published': published } = await compareAverages(model.card.config.quantiser, await latentVectors(model, sounds, engine), engine, context)
    const measuredOn = describeSounds(sounds)
    const learned = `latents of ${measuredOn}; codebooks that learn of them alone, from a random start, over the variance of latents`
    const mean = layers.reduce((sum, { perplexity }) => sum + perplexity, 0) / layers.length
    return [
      { name: 'Log-spectral distance', value: distance, unit: 'dB', measuredOn },
      { name: 'Reconstruction error', value: reconstruction, unit: '', measuredOn: `${measuredOn}; over the variance` },
      { name: 'Quantisation error', value: quantisationError, unit: '', measuredOn: `${measuredOn}; over the variance of latents` },
      { name: 'Perplexity', value: mean, unit: 'codes', measuredOn: `${measuredOn}; mean over ${layers.length} layers` },
      { name: 'Quantisation error, average of residuals', value: residuals, unit: '', measuredOn: learned },
      { name: 'Quantisation error, as published', value: published, unit: '', measuredOn: learned },
    ]
  },
}
