import type { ModelFacts } from '#main/engine/onnx/modelFile'
import { fieldSize, positionCount, rowCount } from '#main/models/bandLayout'
import type { SeparatorFileCard } from '#main/models/modelCard'
import { featureKinds } from '#main/models/spectralFeatures'
import { featureShape, maskShape } from '#main/models/spectralNetwork'

/** Returns what an exported separator says of itself, so that it can be used without this app. */
export function documentSeparator(card: SeparatorFileCard): ModelFacts {
  const { config, name, licence, sha256, data } = card
  const bracketed = (shape: readonly number[]) => `[${shape.join(', ')}]`
  const features = `float32 ${bracketed(featureShape(config, 1))}: one patch of features, [batch, time, position, kind × field]`
  const mask = `float32 ${bracketed(maskShape(config, 1))}: the vocals' share of each row, 0 to 1, [batch, time, position, side × field], left then right; the music's is 1 minus this`
  return {
    documentation: documentation(card, features, mask),
    values: { features, vocalMask: mask },
    metadata: { name, licence, sha256, data, attributions: card.attributions.join('\n'), config: JSON.stringify(config) },
  }
}

function documentation({ name, summary, config }: SeparatorFileCard, features: string, mask: string): string {
  const { stft, frames, layout, repetition, lean } = config
  const rows = layout.groups.map(({ firstBin, width, count }) => `${count} of ${width} from bin ${firstBin}`).join(', ')
  const leaning = lean ? ` Stemwright then adds ${lean.sung} to the masks' logits where at least a share of ${lean.presence} of the power within a quarter of a second is sung, ${lean.unsung} where nothing is, and in between in proportion; below 108 Hz nothing, up to 323 Hz a part.` : ''
  return [
    `${name}: ${summary} Exported from Stemwright; it gives masks for vocals.`,
    `Spectra: ${stft.sampleRate} Hz, periodic Hann window of ${stft.fftSize} samples, hop ${stft.hopLength}, frames centred, left and right apart (a mono sound twice).`,
    `Rows: ${rowCount(layout)} rows of neighbouring bins (${rows}); a row's power is the mean of |X|² of its bins. Bins above the last row share its mask.`,
    `A patch is ${frames} frames. All its powers are divided by their mean over frames, rows and both sides.`,
    `Kinds, ${featureKinds} a row: 1.5·p^¼ - 0.8 of the powers p of left, right, mid (L + R)/√2 and side (L - R)/√2; and 2r - 1, r being the share of the row's amplitude that repeats elsewhere (REPET-SIM, median of the 9 most similar frames at most ${repetition.reach} and at least ${repetition.nearest} away; 0 where there are none).`,
    `Fields: ${layout.framePack} frames by ${layout.pack} rows stand side by side as ${fieldSize(layout)} channels, so that there are ${frames / layout.framePack} times by ${positionCount(layout)} positions: frame f and row w stand at time floor(f / ${layout.framePack}), position floor(w / ${layout.pack}), channel kind × ${fieldSize(layout)} + (f mod ${layout.framePack}) × ${layout.pack} + w mod ${layout.pack}.`,
    `Input "features": ${features}.`,
    `Output "vocalMask": ${mask}.`,
    `Masks of patches that overlap by a quarter are cross-faded, multiplied with the spectra, and transformed back.${leaning}`,
  ].join('\n')
}
