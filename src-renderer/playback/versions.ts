import { matchedGains } from '#renderer/playback/levelMatch'
import { mixReference } from '#renderer/playback/mixReference'
import type { Programme } from '#renderer/playback/piece'
import type { SoundReader } from '#renderer/playback/sounds'
import type { Project, Source } from '#shared/project/project'

/** What is heard: the tracks as they are; or, at one loudness, the tracks or the mix that they come from. */
export type AbMode = 'off' | 'tracks' | 'mix'

/** Frames of the timeline. */
export interface FrameRange {
  readonly start: number
  readonly end: number
}

/** What is played of a project: itself, one sound alone, or several versions that run in step at one loudness. */
export class Versions {
  private alone: Project | undefined
  private compared: Programme | undefined
  private mode: AbMode = 'off'
  private heard = 0
  private gains: readonly number[] = []
  /** The tracks that the mix was compared with when `gains` were measured. */
  private measured: Project['tracks'] | undefined
  private reference: { of: Project; mix: Project } | undefined
  private request = 0

  constructor(
    private project: Project,
    private readonly sounds: SoundReader,
  ) {}

  get abMode(): AbMode {
    return this.mode
  }

  /** What runs in step. */
  get programme(): Programme {
    if (this.alone) return [this.alone]
    if (this.compared) return this.compared
    return this.mode === 'off' ? [this.project] : [this.project, this.mix()]
  }

  /** How much is heard of each version. */
  get levels(): number[] {
    const { programme } = this
    if (programme.length === 1) return [1]
    return programme.map((_, version) => (version === this.heard ? (this.gains[version] ?? 1) : 0))
  }

  setProject(project: Project): void {
    this.project = project
  }

  /** Plays one project in the stead of all, or none any more. */
  setAlone(alone: Project | undefined): void {
    this.alone = alone
  }

  /** Changes to a mode, after levels were measured in `range` where they are not known; false when another call came later. */
  async setAbMode(mode: AbMode, range: FrameRange): Promise<boolean> {
    const mine = ++this.request
    const { project } = this
    if (mode !== 'off' && (this.compared || this.measured !== project.tracks)) {
      const gains = await matchedGains([project, this.mix()], range, this.sounds)
      if (mine !== this.request) return false
      this.gains = gains
      this.measured = project.tracks
    }
    this.compared = undefined
    this.mode = mode
    this.heard = mode === 'mix' ? 1 : 0
    return true
  }

  /** Puts several versions in the stead of the project, after their levels were measured; false when another call came later. */
  async compare(versions: Programme, range: FrameRange): Promise<boolean> {
    const mine = ++this.request
    const gains = await matchedGains(versions, range, this.sounds)
    if (mine !== this.request) return false
    this.gains = gains
    this.measured = undefined
    this.compared = versions
    this.mode = 'off'
    this.heard = 0
    return true
  }

  hear(version: number): void {
    this.heard = version
  }

  endCompare(): void {
    this.request++
    this.compared = undefined
    this.heard = 0
  }

  /** Goes back to the project alone, as at the beginning. */
  reset(): void {
    this.endCompare()
    this.mode = 'off'
    this.measured = undefined
  }

  private mix(): Project {
    if (this.reference?.of !== this.project) this.reference = { of: this.project, mix: mixReference(this.project) }
    return this.reference.mix
  }
}

/** Returns a project that plays one sound, from frame `at` of the timeline on. */
export function aloneProject(project: Project, source: Source, at: number): Project {
  const clip = { id: 'alone', sourceId: source.id, start: at, offset: 0, length: source.frames, gain: 0, fadeIn: 0, fadeOut: 0 }
  const lane = { gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform' as const, clips: [clip] }
  return { ...project, sources: [source], tracks: [{ ...lane, id: 'alone', name: source.name, role: 'other' }] }
}
