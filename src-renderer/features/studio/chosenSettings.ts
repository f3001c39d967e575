import { watch } from 'vue'
import { useSeparationStore } from '#renderer/stores/separationStore'
import { useSessionStore } from '#renderer/stores/sessionStore'
import { useSettingsStore } from '#renderer/stores/settingsStore'

/** Begins with what the user chose once and for all, and takes over what of it changes. */
export function useChosenSettings(): void {
  const settings = useSettingsStore()
  const session = useSessionStore()
  const separation = useSeparationStore()

  watch(() => settings.settings.spectrogram, ({ scale, colourMap }) => {
    session.frequencyScale = scale
    session.colourMap = colourMap
  }, { immediate: true })
  watch(() => settings.settings.playback.followPlayhead, (follow) => (session.follow = follow), { immediate: true })
  watch(() => settings.settings.separation.quality, (quality) => (separation.quality = quality), { immediate: true })
  // A model that is not installed any more is not asked for.
  watch([() => settings.settings.separation.modelId, () => separation.separators], ([modelId, models]) => {
    const chosen = models.find(({ id }) => id === modelId) ?? models.find(({ isDefault }) => isDefault) ?? models[0]
    separation.modelId = chosen?.id
  }, { immediate: true })
}
