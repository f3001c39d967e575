import type { ComputeClient } from '#main/compute/client'
import { songLesson, voiceLesson, type FileStretch } from '#main/datasets/lessons'
import type { Manifest } from '#main/datasets/manifest'
import type { Platform } from '#main/services/platform'
import type { DatasetSource } from '#main/services/trainingPorts'
import type { Dataset } from '#shared/contract/datasets'
import type { LessonRequest, SoundStretch } from '#shared/contract/teaching'
import { AppError } from '#shared/errors'

/** Where the material of lessons is. */
interface Sources {
  readonly platform: Pick<Platform, 'sounds' | 'datasets' | 'demoMusic'>
  readonly datasets: DatasetSource
  /** Reads how long songs are. */
  readonly reader: ComputeClient
}

interface LessonData {
  readonly dataset: Dataset
  readonly manifest: Manifest
}

/** Returns what a lesson learns from and is measured with. @throws AppError DATASET_EMPTY, SOUND_NOT_FOUND, and what opening the dataset throws */
export function lessonData(material: LessonRequest['material'], sources: Sources): Promise<LessonData> {
  return material.kind === 'songs' ? songs(material.datasetId, sources) : voice(material.voice, material.music, sources)
}

async function songs(datasetId: string, { platform, datasets, reader }: Sources): Promise<LessonData> {
  const { dataset, manifest } = await datasets.open(datasetId)
  const lengths = new Map<string, { frames: number; sampleRate: number }>()
  for (const { name, vocals } of manifest.songs) {
    const { sampleRate, frames } = await measure(platform.datasets.pathOf(dataset.folder, vocals[0]!.path), reader)
    lengths.set(name, { frames, sampleRate })
  }
  return { dataset, manifest: songLesson(manifest, lengths) }
}

async function voice(singing: readonly SoundStretch[], music: readonly SoundStretch[], { platform, reader }: Sources): Promise<LessonData> {
  const { sampleRate, frames } = await measure(platform.demoMusic, reader)
  const demo = { path: platform.demoMusic, name: 'Demo music', sampleRate, start: 0, end: frames }
  const voices = await Promise.all(singing.map((stretch) => fileStretch(stretch, platform)))
  const manifest = voiceLesson(voices, [...(await Promise.all(music.map((stretch) => fileStretch(stretch, platform)))), demo])
  const counts = { train: voices.length, validation: 1, test: 1 }
  const facts = { id: '', name: voices.map(({ name }) => name).join(', '), folder: '', layout: 'loose', content: 'songs', available: true, checked: false } as const
  return { dataset: { ...facts, warnings: [], counts, hash: platform.datasets.hash(JSON.stringify(manifest)) }, manifest }
}

async function fileStretch({ soundId, start, end }: SoundStretch, { sounds }: Sources['platform']): Promise<FileStretch> {
  const sound = await sounds.find(soundId)
  if (!sound) throw new AppError('SOUND_NOT_FOUND', 'A sound of this lesson is no longer in the library. Nothing was started; choose another.')
  return { path: sound.audioPath, name: sound.name, sampleRate: sound.sampleRate, start, end: Math.min(end, sound.frames) }
}

/** Length of a file in its own frames; files that do not tell it tell seconds. */
async function measure(path: string, reader: ComputeClient): Promise<{ sampleRate: number; frames: number }> {
  const { sampleRate, frames, seconds = 0 } = await reader.run('inspect', { path })
  return { sampleRate, frames: frames ?? Math.floor(seconds * sampleRate) }
}
