import { measureReconstruction, recogniseGenerated, recogniseReal } from '#main/generating/generatorScores'
import { trainClassifier } from '#main/generating/soundClassifier'
import type { LabSystem } from '#main/hosts/cli/labSystems'
import { requireGeneratorSelfTest } from '#main/models/generate/generatorSelfTest'
import { readClipManifest } from '#main/node/clipManifest'
import { readGeneratorSounds } from '#main/node/generatorSounds'
import { loadOther } from '#main/node/modelFiles'
import { createStft } from '#shared/dsp/stft'

/** Sounds that are made of each class, and what they and the judge are drawn by. */
const ofEachClass = 50
const seed = 1

/**
 * Networks that make sounds: how they give back sounds that they have not learned from, and how many of the sounds that they make
 * of each class a small network hears as what they should be, which has learned from real ones for training and never heard a
 * generated one. It judges the very sound, after its phases were estimated.
 */
export const generateSystem: LabSystem = {
  title: 'Generate',
  families: ['soundvae'],
  sounds: 'fsdd',
  async figures(directory, soundFolder, engine, context) {
    const { card, parameters } = await loadOther(directory, 'soundvae')
    await requireGeneratorSelfTest(card.selfTest, card.config, parameters, engine)
    const { manifest } = await readClipManifest(soundFolder, { validation: [], test: [], without: [] })
    const stft = await createStft(card.config.features)
    const { train, held, measuredOn } = await readGeneratorSounds({ card, stft }, soundFolder, manifest.clips ?? [], context)
    const { mse, decibelError, kl } = await measureReconstruction(card, parameters, held, engine, seed, context)
    const figures = [
      { name: 'Reconstruction error', value: mse, unit: '', measuredOn: `${measuredOn}; mean squared, of spectrograms from 0 to 1` },
      { name: 'Error in decibels', value: decibelError, unit: 'dB', measuredOn },
      { name: 'KL divergence', value: kl, unit: 'nats', measuredOn },
    ]
    if (card.latent.classes.length < 2) return figures
    const judge = await trainClassifier(train, card.config.features, engine, seed, context)
    const real = await recogniseReal(judge, held, context)
    const made = await recogniseGenerated(card, parameters, judge, stft, engine, { each: ofEachClass, seed }, context)
    judge.dispose()
    const classes = made.byLabel.map(({ label, share }) => `${label}: ${Math.round(100 * share)}`).join(', ')
    return [
      ...figures,
      { name: 'Recognised, generated', value: 100 * made.share, unit: '%', measuredOn: `${ofEachClass} sounds of each class around its mean (deviation 0.5); ${classes}` },
      { name: 'Recognised, real', value: 100 * real.share, unit: '%', measuredOn: `${measuredOn}, by the same judge` },
    ]
  },
}
