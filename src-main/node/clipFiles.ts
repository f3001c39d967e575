import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodePng } from '#main/node/png'
import type { PinnedFacts } from '#main/node/resultIndex'
import type { HeardClip, PinnedClip } from '#main/training/resultSource'
import { spectrogramPicture } from '#main/training/spectrogramPicture'
import type { AudioClip } from '#shared/audio/audioClip'
import { decodeWav, encodeWav } from '#shared/audio/wavCodec'

const encoding = 'int24'
/** Stems may add up to more than full scale; a whole clip is then turned down by one gain, so that nothing of it is cut off. */
const highest = 0.98

/** Writes a sound as `<name>.wav` with its spectrogram as `<name>.png`. Returns the power that is white, and how many bytes it took. */
async function writeSound(folder: string, name: string, clip: AudioClip, top?: number): Promise<{ top: number; bytes: number }> {
  const drawn = await spectrogramPicture(clip, top)
  const files = { [`${name}.wav`]: encodeWav(clip, encoding), [`${name}.png`]: encodePng(drawn.picture) }
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content, { flush: true })
  return { top: drawn.top, bytes: Object.values(files).reduce((sum, { length }) => sum + length, 0) }
}

/** Writes a pinned clip into a folder of its own: `mixture.wav` with what lies around it, the clip as `input`, its true parts. */
export async function writePinned(folder: string, id: string, clip: PinnedClip): Promise<PinnedFacts> {
  const loudest = [clip.mixture, ...Object.values(clip.targets)].reduce((most, sound) => Math.max(most, peakOf(sound)), 0)
  const gain = Math.min(1, highest / Math.max(highest, loudest))
  const { name, split, span } = clip
  const mixture = scaled(clip.mixture, gain)
  await writeFile(join(folder, 'mixture.wav'), encodeWav(mixture, encoding), { flush: true })
  const cut = { sampleRate: mixture.sampleRate, channels: mixture.channels.map((samples) => samples.slice(span.start, span.end)) }
  const { top } = await writeSound(folder, 'input', cut)
  const targets: Record<string, string> = {}
  for (const [part, sound] of Object.entries(clip.targets)) {
    targets[part] = `target-${part}`
    await writeSound(folder, targets[part], scaled(sound, gain), top)
  }
  return { id, name, split, span: { ...span }, sampleRate: mixture.sampleRate, top, input: 'input', targets }
}

/** Reads a pinned clip back from its folder, as every checkpoint hears it. */
export async function readPinned(folder: string, { name, split, span, targets }: PinnedFacts): Promise<PinnedClip> {
  const read = async (file: string) => decodeWav(await readFile(join(folder, `${file}.wav`)))
  const sounds = await Promise.all(Object.entries(targets).map(async ([part, file]) => [part, await read(file)] as const))
  return { name, split, span, mixture: await read('mixture'), targets: Object.fromEntries(sounds) }
}

/** Writes what was made of a clip; names begin with the clip's id. */
export async function writeHeard(folder: string, { id, top }: PinnedFacts, { parts, sdr }: HeardClip) {
  const files: Record<string, string> = {}
  let bytes = 0
  for (const [part, sound] of Object.entries(parts)) {
    files[part] = `${id}-${part}`
    bytes += (await writeSound(folder, files[part], sound, top)).bytes
  }
  return { facts: { parts: files, sdr: { ...sdr } }, bytes }
}

function scaled({ sampleRate, channels }: AudioClip, gain: number): AudioClip {
  return { sampleRate, channels: gain === 1 ? channels : channels.map((samples) => samples.map((value) => value * gain)) }
}

function peakOf({ channels }: AudioClip): number {
  let most = 0
  for (const samples of channels) for (const value of samples) most = Math.max(most, Math.abs(value))
  return most
}
