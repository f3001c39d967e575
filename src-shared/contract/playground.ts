import { z } from 'zod'
import { request } from '#shared/contract/defineContract'
import { mixingRules, pictureSize } from '#shared/images/mixing'

/** Grey values from 0 (black) to 1, row by row, `pictureSide` × `pictureSide`. */
const picture = z.array(z.number()).length(pictureSize)

/** Which of the two pictures of a mixture: digits are the first, garments the second. */
export const pictureParts = ['first', 'second'] as const
const picturePart = z.enum(pictureParts)
export type PicturePart = z.infer<typeof picturePart>

/** Pictures of one kind that sources can be taken from: those of a dataset that no network of the app has learned from. */
export const pictureSet = z.object({
  id: z.string(),
  datasetId: z.string(),
  /** Such as "MNIST, test". */
  name: z.string(),
  /** What it holds for a mixture. */
  part: picturePart,
  count: z.number().int(),
  /** Names of its classes by label; empty where the pictures have no labels. */
  classes: z.array(z.string()),
})
export type PictureSet = z.infer<typeof pictureSet>

export const sourcePicture = z.object({ pixels: picture, index: z.number().int(), label: z.number().int().optional() })
export type SourcePicture = z.infer<typeof sourcePicture>

/** A Gaussian a latent element; what each decoder sees, in the model's own order. */
const posterior = z.object({ mean: z.array(z.number()), logVariance: z.array(z.number()) })
const latents = z.object({ first: z.array(z.number()), second: z.array(z.number()) })
export type PictureLatents = z.infer<typeof latents>

/** What a model makes of a mixture; `mixture` is what its two pictures mix to. */
export const unmixed = z.object({ first: picture, second: picture, mixture: picture })
export type Unmixed = z.infer<typeof unmixed>

/**
 * Latents of both parts, how many channels their elements have (the last axis; as many as elements where each stands
 * alone), and whether the decoders see the mixture's own maps besides.
 */
export const encodedLatents = z.object({ first: posterior, second: posterior, channels: z.number().int(), seesMixture: z.boolean() })
export type EncodedLatents = z.infer<typeof encodedLatents>

/** With the latents that it took; without for a network that has none. */
const encoded = unmixed.extend({ latents: encodedLatents.optional() })
export type EncodedUnmixed = z.infer<typeof encoded>

/** A model, and the rule by which its pictures are mixed. */
const byModel = z.strictObject({ modelId: z.string(), rule: z.enum(mixingRules), level: z.number().min(0).max(1) })

export const playground = {
  /** Sets that there are pictures in; none where no dataset holds any. */
  sets: request(z.undefined(), z.array(pictureSet)),
  /** Gives `count` pictures of a set, a function of the seed; only of one class where `label` is given, only that one with `index`. @throws FILE_NOT_FOUND, DATASET_INVALID, DATASET_EMPTY */
  pictures: request(
    z.strictObject({ setId: z.string(), seed: z.number().int().nonnegative(), count: z.number().int().min(1).max(64), label: z.number().int().optional(), index: z.number().int().nonnegative().optional() }),
    z.array(sourcePicture),
  ),
  /** Takes mixtures apart, with the means of the latents. @throws MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE */
  unmix: request(byModel.extend({ mixtures: z.array(picture).min(1).max(64) }), z.array(encoded)),
  /** Decodes latents; a network with skips also looks at the mixture that comes with each. */
  decode: request(byModel.extend({ items: z.array(z.strictObject({ latents, mixture: picture })).min(1).max(64) }), z.array(unmixed)),
}
