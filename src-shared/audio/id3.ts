/** Texts that describe a file, by lower-case names (title, artist, …); names without a frame of their own go to TXXX. */
export type Tags = Readonly<Record<string, string>>

const frameOf: Record<string, string> = {
  title: 'TIT2',
  artist: 'TPE1',
  album: 'TALB',
  album_artist: 'TPE2',
  composer: 'TCOM',
  genre: 'TCON',
  track: 'TRCK',
  disc: 'TPOS',
  date: 'TYER',
  copyright: 'TCOP',
  encoder: 'TSSE',
}

/**
 * Returns an ID3v2.3 tag with UTF-16 texts, which every player and DAW reads; empty when there are no tags.
 * @see https://id3.org/id3v2.3.0
 */
export function id3Tag(tags: Tags): Uint8Array {
  const frames = Object.entries(tags)
    .filter(([, text]) => text !== '')
    .map(([name, text]) => frameFor(name, text))
  if (frames.length === 0) return new Uint8Array()
  const length = frames.reduce((sum, frame) => sum + frame.length, 0)
  const tag = new Uint8Array(10 + length)
  tag.set([0x49, 0x44, 0x33, 3, 0, 0, (length >> 21) & 0x7f, (length >> 14) & 0x7f, (length >> 7) & 0x7f, length & 0x7f])
  let at = 10
  for (const frame of frames) {
    tag.set(frame, at)
    at += frame.length
  }
  return tag
}

const unicode = 1
const english = [0x65, 0x6e, 0x67]

function frameFor(name: string, text: string): Uint8Array {
  const known = frameOf[name]
  if (known !== undefined) return frame(known, [unicode, ...utf16(text)])
  if (name === 'comment') return frame('COMM', [unicode, ...english, ...utf16(''), 0, 0, ...utf16(text)])
  return frame('TXXX', [unicode, ...utf16(name), 0, 0, ...utf16(text)])
}

function frame(id: string, body: number[]): Uint8Array {
  const bytes = new Uint8Array(10 + body.length)
  for (let i = 0; i < 4; i++) bytes[i] = id.charCodeAt(i)
  new DataView(bytes.buffer).setUint32(4, body.length)
  bytes.set(body, 10)
  return bytes
}

function utf16(text: string): number[] {
  const bytes = [0xff, 0xfe]
  for (let i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i) & 0xff, text.charCodeAt(i) >> 8)
  return bytes
}
