import { z } from 'zod'
import { task, values } from '#main/compute/task'
import type { ManifestClip } from '#main/datasets/manifest'
import { detectionResult, experimentResult, recordedSound, soundSet, sweep, sweepRequest, sweepRow } from '#shared/contract/detecting'
import { generator, generatorComparison, latentFader, latentMap, mapMethod, phaseMethod, reconstruction, shownSound } from '#shared/contract/generating'
import { ablation, ablationRow, codedSound, priorComparison, priorRow, priorVariantName, quantiserModelName } from '#shared/contract/quantising'
import { codebookAverages } from '#shared/training/config'

/** A model that makes sounds, of these weights; how their phases are found. */
const soundMaker = { directory: z.string(), sha256: z.string() }
const makingSounds = { ...soundMaker, phases: phaseMethod, /** One after the other. */ latents: values }
const pointInLatents = z.array(z.number())

/** Sounds of the dataset in `folder`. */
const clipFiles = { folder: z.string(), clips: z.array(z.custom<ManifestClip>()) }

/** What the Lab asks for: sounds that are made, found, and put into codes. */
export const labTasks = {
  /** Says what a generator is and where what it has learned lies in latent space; `components` are those of a mixture as its prior. */
  describeGenerator: task(
    z.strictObject(soundMaker),
    generator.pick({ parameters: true, latents: true, prior: true, seconds: true, sampleRate: true }).extend({
      mean: pointInLatents,
      deviation: pointInLatents,
      components: z.array(z.object({ mean: pointInLatents, deviation: pointInLatents })).optional(),
      classes: z.array(z.object({ label: z.string(), mean: pointInLatents })),
      faders: z.array(latentFader.extend({ direction: pointInLatents })),
    }),
  ),
  /** Makes sounds of latents; `seeds` are those of their phases. */
  generateSounds: task(z.strictObject({ ...makingSounds, seeds: z.array(z.number().int()) }), z.array(shownSound)),
  /** Writes them as WAV files into a folder, and replaces nothing there. */
  writeSounds: task(
    z.strictObject({ ...makingSounds, folder: z.string(), sounds: z.array(z.object({ name: z.string(), seed: z.number().int() })) }),
    z.object({ paths: z.array(z.string()) }),
  ),
  /** Says what a generator makes of sounds; of the user's own, files may be folders, and the part of them counts that holds most. */
  reconstructSounds: task(
    z.strictObject({
      ...soundMaker,
      phases: phaseMethod,
      seed: z.number().int(),
      files: z.array(reconstruction.pick({ name: true, label: true, split: true }).extend({ path: z.string(), isOwn: z.boolean() })),
      recorded: z.array(recordedSound),
    }),
    z.object({ sounds: z.array(reconstruction), warnings: z.array(z.string()) }),
  ),
  /** Puts the sounds of a dataset on a map; latents lie one after the other, in the order of the points. */
  mapLatents: task(
    z.strictObject({ ...soundMaker, ...clipFiles, method: mapMethod, perplexity: z.number(), seed: z.number().int() }),
    latentMap.omit({ id: true, modelId: true, method: true, points: true }).extend({ points: z.array(latentMap.shape.points.element.extend({ path: z.string() })), latents: values }),
  ),
  /** Measures generators on the held-out sounds of a dataset; a classifier learns from the others. */
  compareGenerators: task(
    z.strictObject({ ...clipFiles, seed: z.number().int(), models: z.array(z.object({ ...soundMaker, modelId: z.string() })) }),
    generatorComparison,
  ),
  /** Cuts the stretches in which something is heard out of files, folders and recordings, and writes each as `<id>.wav` into a folder. */
  cutClips: task(
    z.strictObject({
      sources: z.array(z.union([z.strictObject({ path: z.string(), name: z.string().optional() }), z.strictObject({ recorded: recordedSound })])),
      folder: z.string(),
      seconds: z.number(),
    }),
    z.object({ clips: z.array(soundSet.shape.clips.element.omit({ url: true })), warnings: z.array(z.string()) }),
  ),
  /** Runs the detector in `modelDirectory` over a sound file. */
  findSound: task(
    z.strictObject({ modelDirectory: z.string(), path: z.string(), threshold: z.number().optional() }),
    detectionResult.omit({ modelId: true, soundId: true }),
  ),
  /** Trains a network for every weight, judges all, and writes them into `output`, the best as a model of that name; says each row as it is done. */
  sweepDetectors: {
    ...task(
      z.strictObject({ request: sweepRequest, positives: z.strictObject(clipFiles), alike: z.strictObject(clipFiles), others: z.strictObject(clipFiles), output: z.string(), name: z.string() }),
      sweep.omit({ id: true, name: true, startedAt: true, request: true }),
    ),
    event: sweepRow,
  },
  /** Does the document's experiments with a network of the sweep in `folder`; sounds are written into `output`, and `url` is their name there. */
  tryDetector: task(
    z.strictObject({ request: sweepRequest, positives: z.strictObject(clipFiles), others: z.strictObject(clipFiles), folder: z.string(), weight: z.number(), seed: z.number().int(), output: z.string() }),
    experimentResult.omit({ sweepId: true, weight: true }),
  ),
  /** Trains quantised VAEs alike, each in a folder below `output`, and measures them; see src-main/compute/tasks/quantiserStudies. */
  ablate: {
    ...task(
      z.strictObject({ ...clipFiles, output: z.string(), models: z.array(quantiserModelName), epochs: z.number().int(), average: z.enum(codebookAverages).optional(), seed: z.number().int() }),
      ablation.pick({ rows: true, measuredOn: true, warnings: true }),
    ),
    event: ablationRow,
  },
  /** Trains priors over the latents of the quantised VAE in `directory`, each in a folder below `output`, and draws from them. */
  learnPriors: {
    ...task(
      z.strictObject({ ...clipFiles, output: z.string(), directory: z.string(), variants: z.array(priorVariantName), steps: z.number().int(), seed: z.number().int() }),
      priorComparison.pick({ rows: true, measuredOn: true, real: true, warnings: true }),
    ),
    event: priorRow,
  },
  /** Gives held-out sounds as quantised VAEs give them back. */
  codeSounds: task(
    z.strictObject({ ...clipFiles, models: z.array(z.object({ id: z.string(), name: z.string(), directory: z.string() })).min(1), seed: z.number().int(), count: z.number().int() }),
    z.array(codedSound),
  ),
  /** Draws sounds from the prior in `directory`. */
  drawSounds: task(z.strictObject({ directory: z.string(), seed: z.number().int(), count: z.number().int(), temperature: z.number() }), z.array(shownSound)),
  /** Writes drawn sounds as they were heard, as WAV files into a folder, and replaces nothing there; `madeBy` goes into their metadata. */
  writeDrawn: task(z.strictObject({ folder: z.string(), sounds: z.array(recordedSound), madeBy: z.string() }), z.object({ paths: z.array(z.string()) })),
}
