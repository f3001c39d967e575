import { computed, type ComputedRef } from 'vue'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useSoundStore } from '#renderer/stores/soundStore'
import type { LaneSource, LaneSources } from '#renderer/timeline/laneSource'
import type { Source } from '#shared/project/project'

/** Returns what the lanes draw from: the sounds of the project's sources, new objects only where more of a sound is known. */
export function useLaneSources(): ComputedRef<LaneSources> {
  const projects = useProjectStore()
  const sounds = useSoundStore()
  let before = new Map<string, LaneSource>()

  function laneSource({ soundId, sampleRate, frames }: Source): LaneSource {
    const peaks = sounds.peaksOf(soundId)
    const spectrogram = sounds.sounds.get(soundId)?.spectrogram
    const known = before.get(soundId)
    if (known && known.peaks === peaks && known.spectrogram === spectrogram) return known
    return {
      soundId,
      sampleRate,
      frames,
      peaks,
      spectrogram,
      tile: (level, index) => sounds.tile(soundId, level, index),
      samples: (first, count) => sounds.samples(soundId, first, count),
    }
  }

  return computed(() => {
    const sources = projects.project.sources.map((source) => [source.id, laneSource(source)] as const)
    before = new Map(sources.map(([, source]) => [source.soundId, source]))
    return new Map(sources)
  })
}
