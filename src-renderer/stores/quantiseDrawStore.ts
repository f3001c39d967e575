import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useGeneratePlaybackStore } from '#renderer/stores/generatePlaybackStore'
import { useQuantisePriorStore } from '#renderer/stores/quantisePriorStore'
import type { ShownSound } from '#shared/contract/generating'
import type { PriorVariant } from '#shared/contract/quantising'

/** What sounds are drawn from: a prior of a comparison, or a model that has learned one. */
export interface DrawSource {
  readonly key: string
  readonly title: string
  readonly from: { readonly comparisonId: string; readonly variant: PriorVariant } | { readonly modelId: string }
}

/** A sound that was drawn, as the page knows it. */
export interface DrawnSound {
  readonly id: string
  readonly sound: ShownSound & { readonly name: string }
  /** Where it comes from, as the user reads it. */
  readonly origin: string
  /** The same for the file, by which it can be drawn again. */
  readonly madeBy: string
}

/** So many are shown; older ones give way. */
export const mostDrawn = 48

/** Sounds that are drawn from priors, newest first. */
export const useQuantiseDrawStore = defineStore('quantiseDraws', () => {
  const client = useOutside().client.quantising
  const playback = useGeneratePlaybackStore()
  const priors = useQuantisePriorStore()
  /** Of the next draw; it goes on by itself, and repeats a draw where it is put back. */
  const seed = ref(1)
  /** What the deviation of the base is multiplied with: below 1 more ordinary sounds. */
  const temperature = ref(1)
  const sourceKey = ref<string>()
  const sources = computed<DrawSource[]>(() => [
    ...(priors.chosen?.rows.map(({ variant, name }) => ({ key: `${priors.chosen!.id} ${variant}`, title: name, from: { comparisonId: priors.chosen!.id, variant } })) ?? []),
    ...(priors.models ?? []).flatMap(({ modelId, name, prior }) => (prior === undefined ? [] : [{ key: modelId, title: name, from: { modelId } }])),
  ])
  /** Ours until another is chosen, because it is what draws best. */
  const source = computed(() => sources.value.find(({ key }) => key === sourceKey.value) ?? sources.value.find(({ from }) => !('variant' in from) || from.variant === 'ours') ?? sources.value[0])
  const sounds = shallowRef<readonly DrawnSound[]>([])
  const selectedId = ref<string>()
  /** How many questions wait for their sounds. */
  const waiting = ref(0)
  let made = 0

  /** Draws sounds and plays the first. @throws AppError */
  async function draw(count: number): Promise<void> {
    const by = source.value
    if (!by) return
    const own = { seed: seed.value, count, temperature: temperature.value }
    seed.value++
    waiting.value++
    try {
      const drawn = await ('modelId' in by.from ? client.sampleModel({ ...by.from, ...own }) : client.sample({ ...by.from, ...own }))
      keep(drawn.map((sound, at) => drawnOf(by, own, sound, at)))
    } finally {
      waiting.value--
    }
  }

  function drawnOf({ title }: DrawSource, own: { seed: number; count: number; temperature: number }, sound: ShownSound, at: number): DrawnSound {
    const place = own.count === 1 ? '' : `-${at + 1}`
    const how = `seed ${own.seed}, temperature ${own.temperature.toFixed(2)}`
    const of = own.count === 1 ? '' : `, ${at + 1} of ${own.count}`
    return { id: `drawn-${++made}`, sound: { ...sound, name: `Seed ${own.seed}${place}, ${title}` }, origin: `${how}${of}`, madeBy: `the prior "${title}" (${how}${of})`.slice(0, 200) }
  }

  function keep(drawn: readonly DrawnSound[]): void {
    sounds.value = [...drawn, ...sounds.value].slice(0, Math.max(mostDrawn, drawn.length))
    const [first] = drawn
    if (!first) return
    selectedId.value = first.id
    void play(first)
  }

  function remove(id: string): void {
    if (playback.heard === id) playback.stop()
    const at = sounds.value.findIndex((each) => each.id === id)
    sounds.value = sounds.value.filter((each) => each.id !== id)
    if (selectedId.value === id) selectedId.value = sounds.value[Math.min(at, sounds.value.length - 1)]?.id
  }

  function clear(): void {
    if (sounds.value.some(({ id }) => id === playback.heard)) playback.stop()
    sounds.value = []
    selectedId.value = undefined
  }

  const play = ({ id, sound }: DrawnSound) => playback.toggle({ key: id, sound })
  return { seed, temperature, sourceKey, sources, source, sounds, selectedId, waiting, draw, remove, clear, play }
})
