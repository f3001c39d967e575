import type { Engine, NamedArrays } from '#main/engine/engine'
import { unmixProgram } from '#main/models/unmixer'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import { pictureSize, type Mixing } from '#shared/images/mixing'

/** What a network makes of mixtures, each `[picture, pixel]`; `mixture` is what its two pictures mix to. */
export interface UnmixedPictures {
  readonly first: Float32Array
  readonly second: Float32Array
  readonly mixture: Float32Array
}

/** A network that is ready to take mixtures of one rule apart. */
export interface PictureUnmixer {
  /** @param mixtures any number of pictures, `[picture, pixel]` */
  unmix(mixtures: Float32Array): Promise<UnmixedPictures>
  dispose(): void
}

/** Makes a network ready on an engine. @param batch mixtures that are computed at once */
export async function createPictureUnmixer(
  config: UnmixerConfig,
  parameters: NamedArrays,
  engine: Engine,
  batch: number,
  { rule, level }: Mixing = config.mixing,
): Promise<PictureUnmixer> {
  const network = await engine.compile(unmixProgram(config, batch, rule), parameters)
  const atOnce = batch * pictureSize
  return {
    async unmix(mixtures) {
      const out = { first: new Float32Array(mixtures.length), second: new Float32Array(mixtures.length), mixture: new Float32Array(mixtures.length) }
      for (let at = 0; at < mixtures.length; at += atOnce) {
        // The last ones stand before black pictures, since a compiled network takes a whole batch.
        const mixture = new Float32Array(atOnce)
        mixture.set(mixtures.subarray(at, at + atOnce))
        const results = await network.run({ mixture, level: Float32Array.of(level) })
        const count = Math.min(atOnce, mixtures.length - at)
        for (const name of ['first', 'second', 'mixture'] as const) out[name].set(results[name]!.subarray(0, count), at)
      }
      return out
    },
    dispose: () => network.dispose(),
  }
}
