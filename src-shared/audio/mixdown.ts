import type { ChannelPosition } from '#shared/audio/channelLayout'

const half = Math.SQRT1_2

/**
 * What each loudspeaker adds to the left and the right channel: front speakers in full, centre and surround 3 dB down,
 * the bass effects channel not at all.
 * @see ITU-R BS.775-3, annex 4, table 2
 */
const shares: Record<ChannelPosition, readonly [left: number, right: number]> = {
  FL: [1, 0],
  FR: [0, 1],
  FC: [half, half],
  LFE: [0, 0],
  BL: [half, 0],
  BR: [0, half],
  FLC: [1, 0],
  FRC: [0, 1],
  BC: [0.5, 0.5],
  SL: [half, 0],
  SR: [0, half],
  TC: [0.5, 0.5],
  TFL: [half, 0],
  TFC: [0.5, 0.5],
  TFR: [0, half],
  TBL: [half, 0],
  TBC: [0.5, 0.5],
  TBR: [0, half],
  unknown: [half, half],
}

/** Number of channels that a file is separated in: its own up to two, else two. */
export function separatedChannels(channels: number): number {
  return Math.min(channels, 2)
}

/**
 * Returns a planar block `[channel][frame]` as it is when it is mono or stereo, else its stereo downmix. Nothing is
 * scaled to fit, so sums may pass full scale; floats hold them.
 */
export function downmix(block: Float32Array[], layout: readonly ChannelPosition[]): Float32Array[] {
  if (block.length <= 2) return block
  const frames = block[0]!.length
  return [0, 1].map((side) => {
    const parts = block.flatMap((samples, channel) => {
      const share = shares[layout[channel] ?? 'unknown'][side]!
      return share === 0 ? [] : [{ samples, share }]
    })
    const out = new Float32Array(frames)
    for (let i = 0; i < frames; i++) {
      let sum = 0
      for (const { samples, share } of parts) sum += share * samples[i]!
      out[i] = sum
    }
    return out
  })
}

/** Returns a sentence about the downmix for the user, or undefined when nothing is mixed down. */
export function downmixNote(layout: readonly ChannelPosition[]): string | undefined {
  if (layout.length <= 2) return undefined
  const bass = layout.includes('LFE') ? ' and without the LFE channel' : ''
  return `The ${layout.length} channels (${layout.join(' ')}) were mixed down to stereo by ITU-R BS.775, with centre and surround at -3 dB${bass}; the stems sum to that mix.`
}
