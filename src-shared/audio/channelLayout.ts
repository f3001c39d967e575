/** Where a loudspeaker stands, in the short names of Microsoft and FFmpeg. */
export type ChannelPosition = (typeof positions)[number] | 'unknown'

/** In the order of the bits of a WAVE_FORMAT_EXTENSIBLE channel mask. */
const positions = [
  'FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'FLC', 'FRC', 'BC', 'SL', 'SR', 'TC', 'TFL', 'TFC', 'TFR', 'TBL', 'TBC', 'TBR',
] as const

/** What a file with this many channels means when it does not say: the orders of AIFF, WAV and FLAC agree here. */
const customary: Record<number, readonly ChannelPosition[]> = {
  1: ['FC'],
  2: ['FL', 'FR'],
  3: ['FL', 'FR', 'FC'],
  4: ['FL', 'FR', 'BL', 'BR'],
  5: ['FL', 'FR', 'FC', 'BL', 'BR'],
  6: ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR'],
  7: ['FL', 'FR', 'FC', 'LFE', 'BC', 'SL', 'SR'],
  8: ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'SL', 'SR'],
}

/** Returns the positions of a file's channels: by its channel mask where it has one that fits, else the customary ones. */
export function channelLayout(channels: number, mask: bigint): readonly ChannelPosition[] {
  const named = positions.filter((_, bit) => (mask >> BigInt(bit)) & 1n)
  if (named.length === channels) return named
  return customary[channels] ?? Array.from({ length: channels }, () => 'unknown' as const)
}
