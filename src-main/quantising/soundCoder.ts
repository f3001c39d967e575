import { sizeOf, type Engine, type Executable, type NamedArrays } from '#main/engine/engine'
import { onlyOf } from '#main/models/layers'
import { rvqDecodeProgram, rvqEncodeProgram, rvqVae, type RvqVaeConfig } from '#main/models/quantise/rvqVae'

/** A picture, taken apart and put together again. */
export interface CodedPicture {
  /** As the encoder gives it, `[frame, bin, dimension]`. */
  readonly latent: Float32Array
  /** The sum of its codes, of the same shape. */
  readonly quantised: Float32Array
  /** Numbers of the chosen codes, `[frame, bin, layer]`. */
  readonly codes: Float32Array
  /** What the decoder makes of it, `[frame, bin, 2]`. */
  readonly picture: Float32Array
}

/** A quantised VAE that is ready to code pictures. */
export interface SoundCoder {
  readonly config: RvqVaeConfig
  code(pictures: readonly Float32Array[]): Promise<CodedPicture[]>
  /** Pictures of latent maps; samples of a prior are quantised before. */
  decode(latents: readonly Float32Array[], options: { snap: boolean }): Promise<Float32Array[]>
  dispose(): void
}

/** Makes a network ready on an engine. @param given its parameters, perhaps with those of a prior over its codes. @param batch pictures that are computed at once */
export async function createSoundCoder(config: RvqVaeConfig, given: NamedArrays, engine: Engine, batch: number): Promise<SoundCoder> {
  const network = rvqVae(config)
  const parameters = onlyOf(network.parameters, given)
  const encoder = await engine.compile(rvqEncodeProgram(config, batch), parameters)
  const decoder = await engine.compile(rvqDecodeProgram(config, batch, { snap: false }), parameters)
  let snapping: Executable | undefined
  const [pictureLength, latentLength] = [sizeOf(network.pictureShape(1)), sizeOf(network.latentShape(1))]
  const decode = (program: Executable, latents: readonly Float32Array[]) =>
    inBatches(latents, batch, latentLength, async (latent, count) => split((await program.run({ latent })).picture!, pictureLength, count))
  return {
    config,
    code: (pictures) =>
      inBatches(pictures, batch, pictureLength, async (picture, count) => {
        const { latent, quantised, codes } = await encoder.run({ picture })
        const decoded = split((await decoder.run({ latent: quantised! })).picture!, pictureLength, count)
        const [latents, sums, numbers] = [latent!, quantised!, codes!].map((values) => split(values, values.length / batch, count))
        return decoded.map((own, i) => ({ latent: latents![i]!, quantised: sums![i]!, codes: numbers![i]!, picture: own }))
      }),
    async decode(latents, { snap }) {
      if (!snap) return decode(decoder, latents)
      snapping ??= await engine.compile(rvqDecodeProgram(config, batch, { snap }), parameters)
      return decode(snapping, latents)
    },
    dispose() {
      for (const program of [encoder, decoder, snapping]) program?.dispose()
    },
  }
}

/** A compiled program takes a whole batch: the last things stand before zeros. */
export async function inBatches<Result>(
  things: readonly Float32Array[],
  batch: number,
  length: number,
  compute: (values: Float32Array, count: number) => Promise<Result[]>,
): Promise<Result[]> {
  const results: Result[] = []
  for (let at = 0; at < things.length; at += batch) {
    const some = things.slice(at, at + batch)
    const values = new Float32Array(batch * length)
    some.forEach((thing, i) => values.set(thing, i * length))
    results.push(...(await compute(values, some.length)))
  }
  return results
}

function split(values: Float32Array, length: number, count: number): Float32Array[] {
  return Array.from({ length: count }, (_, i) => values.slice(i * length, (i + 1) * length))
}
