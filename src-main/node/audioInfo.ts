import { channelLayout, type ChannelPosition } from '#shared/audio/channelLayout'
import type { FilePlan } from '#main/node/audioBlocks'
import { AudioInput } from '#main/node/audioInput'
import { hasOggEnd, promisedMp3Frames, promisedWavBytes, withFile } from '#main/node/audioProbes'

export interface AudioInfo {
  /** wav, aiff, flac, mp3, ogg, m4a or FFmpeg's name of a rarer one. */
  readonly container: string
  /** FFmpeg's name: pcm_s24le, flac, mp3, aac, vorbis, opus, … */
  readonly codec: string
  /** Hertz. */
  readonly sampleRate: number
  /** Channels of the file, before any downmix. */
  readonly channels: number
  readonly layout: readonly ChannelPosition[]
  /** Bits of a sample of lossless sound; undefined for lossy codecs. */
  readonly bitDepth: number | undefined
  /** True when samples are not integers: float files and lossy codecs. */
  readonly float: boolean
  /** Exact number of frames of lossless sound (a FLAC file that was cut off gives fewer); undefined for lossy codecs. */
  readonly frames: number | undefined
  readonly durationSeconds: number | undefined
  /** Title, artist, … by their lower-case names; without those that describe the file instead of the music. */
  readonly tags: Readonly<Record<string, string>>
}

/**
 * Opens a file with FFmpeg, and returns what it is and how to decode it.
 * @throws NOT_AUDIO, AUDIO_UNSUPPORTED
 */
export async function inspectAudio(path: string, fileSize: number, sound?: number): Promise<{ info: AudioInfo; plan: FilePlan }> {
  const input = await AudioInput.open(path, sound)
  try {
    const { stream, format, decoder, codecName } = input
    const bitDepth = bitDepthOf(input)
    const pcm = codecName.startsWith('pcm_')
    const float = bitDepth === undefined || codecName.startsWith('pcm_f')
    const declared = declaredFrames(input)
    const exact = bitDepth !== undefined ? declared : undefined
    const present = pcm && exact !== undefined ? framesPresent(input, fileSize, exact, bitDepth!) : exact
    const promised = await promisedFrames(path, input, declared, fileSize)
    const sampleRate = decoder.sampleRate
    const seconds = present ?? promised ?? declared
    const info: AudioInfo = {
      container: containerName(format.iformat?.name ?? 'unknown'),
      codec: codecName,
      sampleRate,
      channels: decoder.channels,
      layout: channelLayout(decoder.channels, decoder.channelLayout.mask),
      bitDepth,
      float,
      frames: present,
      durationSeconds: seconds === undefined ? undefined : seconds / sampleRate,
      tags: musicTags({ ...format.metadata?.getAll(), ...stream.metadata?.getAll() }),
    }
    const endMissing = info.container === 'ogg' && !(await withFile(path, (file) => hasOggEnd(file, fileSize)))
    return { info, plan: { path, sound, info, promised, seekable: pcm || codecName === 'flac', endMissing } }
  } finally {
    await input.close()
  }
}

function containerName(name: string): string {
  return name.startsWith('mov,') ? 'm4a' : name.split(',')[0]!
}

function bitDepthOf({ codecName, stream }: AudioInput): number | undefined {
  const raw = stream.codecpar.bitsPerRawSample
  const coded = stream.codecpar.bitsPerCodedSample
  const pcm = /^pcm_[usf](\d+)/.exec(codecName)
  if (pcm !== null) return Number(pcm[1])
  const lossless = ['flac', 'alac', 'wavpack', 'ape', 'tta'].includes(codecName)
  return lossless ? raw || coded || undefined : undefined
}

/** Frames by the container's header, or undefined. */
function declaredFrames({ stream, decoder }: AudioInput): number | undefined {
  const { num, den } = stream.timeBase
  const ticks = Number(stream.duration)
  if (!(ticks > 0) || den === 0) return undefined
  return Math.round((ticks * num * decoder.sampleRate) / den)
}

/** Uncompressed sound that was cut off says how much of it is there. */
function framesPresent(input: AudioInput, fileSize: number, declared: number, bitDepth: number): number {
  const position = input.firstPacketPosition()
  if (position === undefined) return 0
  const bytes = (bitDepth / 8) * input.decoder.channels
  return Math.min(declared, Math.floor((fileSize - position) / bytes))
}

/** Frames that the file should hold, where its header can be trusted to say so. */
async function promisedFrames(
  path: string,
  input: AudioInput,
  declared: number | undefined,
  fileSize: number,
): Promise<number | undefined> {
  const container = input.format.iformat?.name ?? ''
  if (container === 'mp3') return withFile(path, promisedMp3Frames)
  if (container === 'wav') {
    const frameBytes = input.decoder.channels * ((bitDepthOf(input) ?? 0) / 8)
    const bytes = await withFile(path, (file) => promisedWavBytes(file, fileSize))
    return bytes === undefined || frameBytes === 0 ? undefined : Math.floor(bytes / frameBytes)
  }
  return ['aiff', 'flac', 'w64', 'caf', 'au'].includes(container) || container.startsWith('mov,') ? declared : undefined
}

/** Names of facts about this very file: how it was made, how loud it is, what to cut from its ends. */
const fileTag =
  /^(major_brand|minor_version|compatible_brands|language|handler_name|vendor_id|encoder|encoded_by|encoding|tsse|creation_time|duration|bps|number_of_(frames|bytes)|_statistics.*|itun.*|replaygain_.*|r128_.*|mp3gain_.*)$/

function musicTags(tags: Record<string, string>): Record<string, string> {
  const named = Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value] as const)
  return Object.fromEntries(named.filter(([key]) => !fileTag.test(key)))
}
