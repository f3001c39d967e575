import type { RenderFormat, RenderRequest } from '#shared/contract/render'
import { AppError } from '#shared/errors'
import { extensionOf } from '#shared/project/fileNames'
import type { Project } from '#shared/project/project'
import { planRender } from '#shared/project/renderPlan'

/** What is chosen in the export dialog. */
export interface ExportChoice {
  what: 'tracks' | 'mixdown'
  trackIds: string[]
  part: 'all' | 'selection'
  format: RenderFormat
  template: string
}

interface Stretch {
  readonly start: number
  readonly end: number
}

/** Formats as the user reads them. */
export const formatNames: Record<RenderFormat, string> = {
  wav16: 'WAV, 16 bit',
  wav24: 'WAV, 24 bit',
  wav32f: 'WAV, 32 bit float',
  flac: 'FLAC, 24 bit',
  mp3: 'MP3, 320 kbit/s',
  aiff: 'AIFF, 24 bit',
  m4a: 'M4A (AAC), 320 kbit/s',
}

/** Returns the tracks that an export begins with: the stems, or all where there are none. */
export function firstTrackIds({ tracks }: Project): string[] {
  const sounding = tracks.filter(({ clips }) => clips.length > 0)
  const stems = sounding.filter(({ role }) => role !== 'mixture')
  return (stems.length > 0 ? stems : sounding).map(({ id }) => id)
}

/** Returns the request for a choice; a part that is not selected any more is the whole. */
export function requestOf(project: Project, choice: ExportChoice, selection: Stretch | undefined): RenderRequest {
  const { what, trackIds, part, format, template } = choice
  return {
    project,
    // In the order of the lanes, whatever was ticked first.
    what: what === 'mixdown' ? { kind: 'mixdown' } : { kind: 'tracks', trackIds: project.tracks.flatMap(({ id }) => (trackIds.includes(id) ? [id] : [])) },
    ...(part === 'selection' && selection && { range: { start: selection.start, end: selection.end } }),
    format,
    template,
  }
}

/** Returns the names of the files that would be written, or why there would be none. */
export function namesOf(request: RenderRequest, date: string): { names: string[]; problem?: string } {
  try {
    if (request.what.kind === 'tracks' && request.what.trackIds.length === 0) return { names: [], problem: 'Choose at least one track.' }
    const { files } = planRender(request, date)
    return { names: files.map(({ name }) => name + extensionOf(request.format)) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { names: [], problem: error.message.replace(/ Nothing was written\.$/, '') }
  }
}

/** Returns what decides how loud the files are, so that a change of name or format is no reason to measure again. */
export function soundKeyOf({ what, range }: RenderRequest): string {
  return JSON.stringify([what, range])
}

/** Returns LUFS as meters show them; sound that is too short or too quiet to be measured has none. */
export function formatLoudness(integrated: number | undefined): string {
  return integrated === undefined ? '–' : `${signed(integrated)} LUFS`
}

/** Returns a true peak as meters show it. */
export function formatTruePeak(truePeak: number): string {
  return truePeak <= -200 ? 'silence' : `${signed(truePeak)} dBTP`
}

function signed(decibels: number): string {
  return `${decibels < -0.049 ? '−' : ''}${Math.abs(decibels).toFixed(1)}`
}
