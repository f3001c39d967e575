import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useGeneratePlaybackStore } from '#renderer/stores/generatePlaybackStore'
import { variedLatent } from '#renderer/stores/generatedVariations'
import type { GeneratedSound, Generator, PhaseMethod } from '#shared/contract/generating'

/** A sound that a model has made, as the page knows it. */
export interface MadeSound {
  readonly id: string
  readonly modelId: string
  readonly sound: GeneratedSound
  /** How its samples were made of its spectrogram. */
  readonly phases: PhaseMethod
  /** Where it comes from, as the user reads it. */
  readonly origin: string
}

/** So many are shown; older ones give way. */
export const mostSounds = 48
/** Variations that are made at once. */
export const variationCount = 4

/** Models that make sounds, what the user wants of them, and what they have made; newest first. */
export const useGenerateStore = defineStore('generate', () => {
  const { client } = useOutside()
  const playback = useGeneratePlaybackStore()
  const models = shallowRef<readonly Generator[]>()
  const modelId = ref<string>()
  const model = computed(() => models.value?.find((each) => each.modelId === modelId.value) ?? models.value?.[0])
  /** Of the next sounds; it goes on by itself, so that every sound is another one, and repeats them where it is put back. */
  const seed = ref(1)
  /** The class that is made; any without. */
  const label = ref<string>()
  /** What the deviation of the prior is multiplied with, the deviation within a class, and how far variations go. */
  const spread = ref(1)
  const deviation = ref(0.5)
  const distance = ref(0.4)
  const phases = ref<PhaseMethod>('griffinLim')
  const sounds = shallowRef<readonly MadeSound[]>([])
  const selectedId = ref<string>()
  const selected = computed(() => sounds.value.find(({ id }) => id === selectedId.value))
  /** How many questions wait for their sounds. */
  const waiting = ref(0)
  let count = 0

  /** Takes over the models that there are. @throws AppError */
  async function load(): Promise<void> {
    models.value = await client.generating.models()
  }

  function choose(id: string): void {
    modelId.value = id
    if (label.value !== undefined && !model.value?.classes.includes(label.value)) label.value = undefined
  }

  const madeOf = (of: Pick<MadeSound, 'modelId' | 'origin' | 'phases'>, sound: GeneratedSound): MadeSound => ({ ...of, sound, id: `sound-${++count}` })
  const shotOf = ({ id, sound }: MadeSound) => ({ key: id, sound })

  /** Puts sounds before, or behind the sound with the id `behind`, selects the first, and plays it. Returns them. */
  function keep(made: readonly MadeSound[], behind?: string): readonly MadeSound[] {
    const at = sounds.value.findIndex(({ id }) => id === behind) + 1
    const all = sounds.value.toSpliced(at, 0, ...made)
    sounds.value = all.length > mostSounds ? all.filter((each, place) => made.includes(each) || place < mostSounds) : all
    if (made[0]) {
      selectedId.value = made[0].id
      void playback.play([shotOf(made[0])])
    }
    return made
  }

  /** Counts a question while its answer is waited for. */
  async function during<Result>(work: () => Promise<Result>): Promise<Result> {
    waiting.value++
    try {
      return await work()
    } finally {
      waiting.value--
    }
  }

  /** Makes sounds of the class that is chosen, or any, and plays the first. @throws AppError */
  async function make(many = 1): Promise<void> {
    const from = model.value
    if (!from) return
    const own = { modelId: from.modelId, seed: seed.value, count: many, phases: phases.value }
    const wanted = label.value
    const origin = wanted === undefined ? 'at random' : `like "${wanted}"`
    seed.value++
    const made = await during(() =>
      wanted === undefined ? client.generating.sample({ ...own, spread: spread.value }) : client.generating.sampleClass({ ...own, label: wanted, deviation: deviation.value }),
    )
    keep(made.map((sound) => madeOf({ modelId: from.modelId, phases: own.phases, origin }, sound)))
  }

  /** Makes sounds near one, and puts them behind it. @throws AppError */
  async function vary(of: MadeSound): Promise<void> {
    const first = seed.value
    seed.value += variationCount
    const items = Array.from({ length: variationCount }, (_, at) => ({
      latent: variedLatent(of.sound.latent, first + at, distance.value),
      seed: of.sound.seed,
      name: `${of.sound.name}, variation ${first + at}`.slice(0, 120),
    }))
    const made = await during(() => client.generating.decode({ modelId: of.modelId, items, phases: of.phases }))
    keep(made.map((sound) => madeOf({ modelId: of.modelId, phases: of.phases, origin: `a variation of ${of.sound.name}` }, sound)), of.id)
  }

  /** Puts sounds that were made elsewhere among those here. */
  function add(of: Pick<MadeSound, 'modelId' | 'origin' | 'phases'>, made: readonly GeneratedSound[]): readonly MadeSound[] {
    return keep(made.map((sound) => madeOf(of, sound)))
  }

  function select(id: string | undefined): void {
    selectedId.value = id
  }

  function remove(id: string): void {
    if (playback.heard === id) playback.stop()
    const at = sounds.value.findIndex((each) => each.id === id)
    sounds.value = sounds.value.filter((each) => each.id !== id)
    if (selectedId.value === id) selectedId.value = sounds.value[Math.min(at, sounds.value.length - 1)]?.id
  }

  function clear(): void {
    playback.stop()
    sounds.value = []
    selectedId.value = undefined
  }

  const play = (made: MadeSound) => playback.toggle(shotOf(made))
  const choices = { seed, label, spread, deviation, distance, phases }
  return { models, model, ...choices, sounds, selectedId, selected, waiting, load, choose, make, vary, add, madeOf, select, remove, clear, play, during }
})
