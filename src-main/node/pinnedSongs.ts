import type { ManifestEntry } from '#main/datasets/manifest'
import { openRecordings } from '#main/node/recordingCache'
import { runRecordings } from '#main/node/trainingFamily'
import type { TrainingRun } from '#main/node/trainingRun'
import { pinClips, pinnedCount, pinnedSeconds, shareClips, type PartToPin, type PieceToPin } from '#main/training/pinnedClips'
import type { PinnedClip } from '#main/training/resultSource'
import type { Stereo } from '#shared/audio/audioClip'
import type { WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

export interface PinnedSongOptions {
  /** Hertz, of the clips. */
  readonly sampleRate: number
  /** Seconds around a clip that the network looks at. */
  readonly margin: number
  readonly seed: number
  /** True where mixtures without known parts do, too. */
  readonly blind: boolean
}

/** Something to pin clips of, before its sound is opened: parts are entries of the manifest, or sounds that are there already. */
type Candidate = Omit<PieceToPin, 'sampleRate' | 'parts'> & { readonly parts: Readonly<Record<string, ManifestEntry | PartToPin>> }

/**
 * Returns the clips of a run: of songs that are only validated on; where there are none, of those that it learns from, which
 * their `split` says. Data without songs give voices over instrumentals. The same seed and data give the same clips.
 * @throws the reader's errors; the signal's reason
 */
export async function pinSongClips(run: TrainingRun, options: PinnedSongOptions, context: WorkContext): Promise<PinnedClip[]> {
  const { sampleRate, margin, seed, blind } = options
  const random = randomStream(seed).fork('pinned clips')
  const chosen = shareClips(candidates(run, blind), pinnedCount, random)
  const wanted = new Set(chosen.flatMap(({ piece }) => Object.values(piece.parts)))
  const silent = { ...context, onProgress: () => {} }
  const cached = await runRecordings(run, (entry) => wanted.has(entry), sampleRate, silent)
  const { recordings, close } = openRecordings(cached)
  const sound = (part: ManifestEntry | PartToPin) => ('read' in part ? part : recordings.find(({ id }) => id === part.id)!)
  try {
    return chosen.flatMap(({ piece: { parts, ...facts }, clips }) => {
      const opened = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, sound(part)]))
      return pinClips({ ...facts, sampleRate, parts: opened }, clips, { seconds: pinnedSeconds, margin }, random.fork(facts.name))
    })
  } finally {
    close()
  }
}

function candidates({ manifest: { entries }, validationPieces }: TrainingRun, blind: boolean): Candidate[] {
  const further = validationPieces.map(({ name, vocals, accompaniment }): Candidate => {
    return { name, split: 'validation', parts: { vocals: inMemory(vocals), accompaniment: inMemory(accompaniment) } }
  })
  const all = [...further, ...songs(entries), ...(blind ? mixtures(entries) : [])]
  const found = all.length > 0 ? all : duets(entries)
  const held = found.filter(({ split }) => split === 'validation')
  return held.length > 0 ? held : found.filter(({ split }) => split === 'train')
}

function songs(entries: readonly ManifestEntry[]): Candidate[] {
  const stems = entries.filter(({ kind }) => kind === 'songVocals' || kind === 'songMusic')
  const stem = (song: string, wanted: ManifestEntry['kind']) => stems.find(({ group, kind }) => group === song && kind === wanted)
  return [...new Set(stems.map(({ group }) => group))].flatMap((name) => {
    const [vocals, accompaniment] = [stem(name, 'songVocals'), stem(name, 'songMusic')]
    return vocals && accompaniment ? [{ name, split: vocals.split, parts: { vocals, accompaniment } }] : []
  })
}

function mixtures(entries: readonly ManifestEntry[]): Candidate[] {
  return entries
    .filter(({ kind }) => kind === 'mixture')
    .map((entry) => ({ name: nameOf(entry), split: entry.split, parts: { mixture: entry } }))
}

/** Each voice over an instrumental of its split. */
function duets(entries: readonly ManifestEntry[]): Candidate[] {
  const voices = entries.filter(({ kind }) => kind === 'voice')
  return voices.flatMap((vocals, i) => {
    const music = entries.filter(({ kind, split }) => kind === 'music' && split === vocals.split)
    const accompaniment = music[i % Math.max(1, music.length)]
    if (!accompaniment) return []
    return [{ name: `${nameOf(vocals)} with ${nameOf(accompaniment)}`, split: vocals.split, parts: { vocals, accompaniment } }]
  })
}

function nameOf({ id }: ManifestEntry): string {
  return id.split('/').at(-1)!.replace(/\.[^.]+$/, '')
}

function inMemory([left, right]: Stereo): PartToPin {
  return {
    frames: left.length,
    read(start, length) {
      const cut = (samples: Float32Array) => {
        const out = new Float32Array(length)
        out.set(samples.subarray(start, start + length))
        return out
      }
      return [cut(left), cut(right)]
    },
  }
}
