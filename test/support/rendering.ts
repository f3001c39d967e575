import { join } from 'node:path'
import { type AudioFormat, createAudioWriter } from '#main/node/audioWriter'
import type { SoundFile } from '#main/node/soundPasses'
import { extensionOf } from '#shared/project/fileNames'
import { type Clip, emptyProject, type Project, type Source, type Track } from '#shared/project/project'
import { planRender, type RenderChoice } from '#shared/project/renderPlan'
import { songSource } from '#test/projects'

/** Writes planes as a sound of the library; returns the source that a project knows it by, and its file. */
export async function writeSound(
  folder: string,
  id: string,
  planes: readonly Float32Array[],
  options: { sampleRate: number; format?: AudioFormat; tags?: Record<string, string>; source?: Partial<Source> },
): Promise<{ source: Source; file: SoundFile }> {
  const { sampleRate, format = 'wav24', tags } = options
  const path = join(folder, `sound-${id}${extensionOf(format)}`)
  const writer = await createAudioWriter(path, { format, sampleRate, channels: planes.length, ...(tags && { tags }) })
  await writer.write(planes)
  await writer.finish()
  const frames = planes[0]!.length
  return { source: songSource(id, { sampleRate, channels: planes.length, frames, ...options.source }), file: { path, frames } }
}

/** Returns a clip of all of a source at the beginning, or what `over` says. */
export function wholeClip(source: Source, over: Partial<Clip> = {}): Clip {
  return { id: `clip-${source.id}`, sourceId: source.id, start: 0, offset: 0, length: source.frames, gain: 0, fadeIn: 0, fadeOut: 0, ...over }
}

/** Returns a track at unity with these clips, or what `over` says. */
export function trackOf(name: string, clips: Clip[], over: Partial<Track> = {}): Track {
  return { id: name, name, role: 'other', gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform', clips, ...over }
}

/** Returns a project with these sources and tracks. */
export function projectOf(sources: Source[], tracks: Track[]): Project {
  return { ...emptyProject('p', 'My project'), sampleRate: sources[0]!.sampleRate, sources, tracks }
}

/** Returns the plan for some tracks, each alone. */
export function planOf(project: Project, trackIds: readonly string[], over: Partial<RenderChoice> = {}) {
  return planRender({ project, what: { kind: 'tracks', trackIds }, template: '{title} - {stem}', ...over }, '2026-11-20')
}

/** Returns the plan for the sum of what is heard. */
export function planMixdown(project: Project, over: Partial<RenderChoice> = {}) {
  return planOf(project, [], { what: { kind: 'mixdown' }, ...over })
}
