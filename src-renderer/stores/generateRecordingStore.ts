import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { pcmOfSamples } from '#renderer/playback/pcmText'
import { useGenerateStore } from '#renderer/stores/generateStore'
import type { Split } from '#shared/contract/datasets'
import type { ClipSource } from '#shared/contract/detecting'
import type { Reconstruction } from '#shared/contract/generating'

/** What is put through the model. */
export type RecordingSource =
  | { readonly kind: 'dataset'; readonly datasetId: string; readonly split: Split; readonly label: string | undefined }
  | { readonly kind: 'own'; readonly sources: readonly ClipSource[] }

/** Panels that fit beside one another. */
export const panelCount = 4
/** So many of the user's own are taken at once. */
export const mostOwn = 16

/** Recordings beside what the model makes of them. */
export const useGenerateRecordingStore = defineStore('generateRecording', () => {
  const { client, host } = useOutside()
  const generate = useGenerateStore()
  const shown = shallowRef<readonly (Reconstruction & { readonly id: string })[]>([])
  const warnings = shallowRef<readonly string[]>([])
  const source = shallowRef<RecordingSource>()
  const isBusy = ref(false)
  let seed = 1
  let asked = 0

  /** Puts recordings through the model that is chosen. @throws AppError */
  async function show(from: RecordingSource): Promise<void> {
    const modelId = generate.model?.modelId
    if (modelId === undefined) return
    const mine = ++asked
    source.value = from
    isBusy.value = true
    try {
      const { sounds, warnings: told } = await client.generating.reconstruct({ modelId, phases: generate.phases, from: requestOf(from) })
      if (mine !== asked) return
      // Each answer has ids of its own: the player takes what has the same for the same sound.
      shown.value = sounds.map((sound, at) => ({ ...sound, id: `recording-${mine}-${at}` }))
      warnings.value = told
    } finally {
      if (mine === asked) isBusy.value = false
    }
  }

  function requestOf(from: RecordingSource) {
    if (from.kind === 'own') return { kind: from.kind, sources: [...from.sources] }
    const { label, ...rest } = from
    return { ...rest, seed, count: panelCount, ...(label !== undefined && { label }) }
  }

  /** Takes other recordings of the same dataset. @throws AppError */
  async function another(): Promise<void> {
    seed++
    if (source.value) await show(source.value)
  }

  /** Puts files of the user's through the model. @throws AppError */
  async function showFiles(files: readonly File[]): Promise<void> {
    const found = await Promise.all(files.slice(0, mostOwn).map((file) => host.sourceOf(file)))
    const sources = found.flatMap((each): ClipSource[] => ('path' in each || 'uploadId' in each ? [each] : []))
    if (sources.length > 0) await show({ kind: 'own', sources })
  }

  /** Puts what was recorded here through the model. @throws AppError */
  async function showRecorded(samples: Float32Array, sampleRate: number): Promise<void> {
    await show({ kind: 'own', sources: [{ recorded: { name: 'Recording', sampleRate, pcm: pcmOfSamples(samples) } }] })
  }

  return { shown, warnings, source, isBusy, show, another, showFiles, showRecorded }
})
