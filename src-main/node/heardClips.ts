import { hearClip } from '#main/datasets/clips/heardClip'
import { createMelAnalysis, type MelAnalysis } from '#main/datasets/clips/melClip'
import type { ManifestClip } from '#main/datasets/manifest'
import { melClipOf } from '#main/models/detect/melClipConfig'
import { readClips } from '#main/node/clipRecordings'
import type { ClassedClip } from '#main/training/detectorQuality'
import type { ClipClass, SweepRequest } from '#shared/contract/detecting'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

/** Some clips below a folder. */
export interface ClipFolder {
  readonly folder: string
  readonly clips: readonly ManifestClip[]
}

/** Of each kind, so that memory is bounded. */
const mostClips = { this: 500, alike: 200, other: 1500 } as const
const longestSeconds = 10

/** All clips that can be heard, and in sentences which cannot. */
export async function hearAll({ seconds, seed }: Pick<SweepRequest, 'seconds' | 'seed'>, folders: Readonly<Record<ClipClass, ClipFolder | undefined>>, context: WorkContext): Promise<{ clips: ClassedClip[]; warnings: string[] }> {
  const config = melClipOf(seconds)
  const mel = await createMelAnalysis(config)
  const clips: ClassedClip[] = []
  const warnings: string[] = []
  try {
    for (const kind of ['this', 'alike', 'other'] as const) {
      const folder = folders[kind]
      if (!folder || folder.clips.length === 0) continue
      const wanted = someOf(folder.clips, mostClips[kind], seed)
      const reading = await readClips(folder.folder, wanted, { sampleRate: config.sampleRate, longestSeconds }, context)
      warnings.push(...reading.notes)
      for (const clip of reading.clips) {
        const heard = heardOf(clip.samples, mel, config)
        if (heard) clips.push({ name: clip.path.split('/').at(-1)!, source: `${kind} ${clip.group}`, class: kind, heard })
        else warnings.push(`Nothing is heard in ${clip.path}; it was left out.`)
      }
    }
    return { clips, warnings }
  } finally {
    mel.dispose()
  }
}

function heardOf(samples: Float32Array, mel: MelAnalysis, config: ReturnType<typeof melClipOf>) {
  try {
    return hearClip(samples, mel, config)
  } catch (error) {
    if (error instanceof AppError && error.code === 'AUDIO_SILENT') return undefined
    throw error
  }
}

function someOf(clips: readonly ManifestClip[], most: number, seed: number): ManifestClip[] {
  if (clips.length <= most) return [...clips]
  const random = randomStream(seed).fork('clips')
  const chosen = new Set(clips.map((clip) => ({ clip, place: random.uniform() })).toSorted((a, b) => a.place - b.place).slice(0, most).map(({ clip }) => clip))
  return clips.filter((clip) => chosen.has(clip))
}
