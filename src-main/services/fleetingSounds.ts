import type { ComputeClient, TaskContext } from '#main/compute/client'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { Platform, StagedSound } from '#main/services/platform'
import type { Sound } from '#shared/contract/sounds'
import { tileGrid } from '#shared/dsp/spectrogramTile'

/** Sounds that are heard once and kept by nobody: previews and auditions. The newest few are there, the others are gone. */
export interface FleetingSounds {
  /**
   * Makes sounds, one a name, of the WAV files that `write` leaves at the paths it is given.
   * @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL, what `write` throws
   */
  make<Value>(
    names: readonly string[],
    write: (paths: readonly string[]) => Promise<Value>,
    context: TaskContext,
  ): Promise<{ sounds: Sound[]; value: Value }>
  find(soundId: string): Sound | undefined
  /** Removes them all. */
  clear(): Promise<void>
}

/** More than can be playing, or about to, at once. */
const kept = 12

interface Dependencies {
  readonly platform: Platform
  readonly reader: ComputeClient
  readonly media: MediaRegistry
}

/** Returns the keeper of such sounds; `reader` looks at their files. */
export function createFleetingSounds({ platform, reader, media }: Dependencies): FleetingSounds {
  const known = new Map<string, { sound: Sound; staged: StagedSound }>()

  const admit = async (name: string, staged: StagedSound, context: TaskContext): Promise<Sound> => {
    const { audioPath, peaksPath } = staged
    const { sampleRate, channels, frames } = await reader.run('survey', { audioPath, peaksPath }, context)
    const id = `fleeting-${platform.newId()}`
    return {
      id,
      name,
      sampleRate,
      channels,
      frames,
      audioUrl: media.register(`sound-${id}.wav`, audioPath),
      peaksUrl: media.register(`peaks-${id}`, peaksPath),
      spectrogram: tileGrid(sampleRate, frames),
    }
  }

  const keepNewest = async (count: number) => {
    const gone = [...known].slice(0, Math.max(0, known.size - count))
    for (const [id] of gone) {
      known.delete(id)
      media.forget((mediaId) => mediaId.includes(id))
    }
    await Promise.all(gone.map(([, { staged }]) => staged.discard()))
  }

  return {
    async make(names, write, context) {
      const staged: StagedSound[] = []
      try {
        for (const _ of names) staged.push(await platform.sounds.stage())
        const value = await write(staged.map(({ audioPath }) => audioPath))
        const sounds: Sound[] = []
        for (const [i, name] of names.entries()) sounds.push(await admit(name, staged[i]!, context))
        sounds.forEach((sound, i) => known.set(sound.id, { sound, staged: staged[i]! }))
        await keepNewest(kept)
        return { sounds, value }
      } catch (error) {
        await Promise.all(staged.map((folder) => folder.discard()))
        throw error
      }
    },
    find: (soundId) => known.get(soundId)?.sound,
    clear: () => keepNewest(0),
  }
}
