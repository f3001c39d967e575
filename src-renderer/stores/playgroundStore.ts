import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useModelStore } from '#renderer/stores/modelStore'
import { useUnmixingStore } from '#renderer/stores/unmixingStore'
import type { ModelCard } from '#shared/contract/models'
import { pictureParts, type PicturePart, type PictureSet } from '#shared/contract/playground'
import { mixPictures, type Mixing } from '#shared/images/mixing'
import { digitNames, drawDigit } from '#shared/images/shapes/digits'
import { drawGarment, garmentNames } from '#shared/images/shapes/garments'
import { randomStream } from '#shared/random'

/** Where pictures of a part are taken from: a set, what the app draws itself, or the user's hand. */
export type SourceOrigin =
  | { readonly kind: 'set'; readonly setId: string; readonly index: number; readonly label: number | undefined }
  | { readonly kind: 'shape'; readonly label: number; readonly seed: number }
  | { readonly kind: 'hand' }

/** One of the two pictures that are mixed. */
export interface Source {
  readonly pixels: Float32Array
  readonly origin: SourceOrigin
}
export type SourcePair = Readonly<Record<PicturePart, Source>>

/** What the user takes pictures of a part from. */
export interface SourceChoice {
  /** The id of a set, or what is there without any. */
  readonly from: string | 'shapes' | 'hand'
  /** Only pictures of this class. */
  readonly label: number | undefined
}

/** What the right side of the page shows. */
export type PlaygroundPlace = 'compare' | 'latents' | 'between' | 'prior' | 'batch'

/** Pictures that the app draws itself. */
export const shapes: Readonly<Record<PicturePart, { names: readonly string[]; draw(label: number, seed: number): Float32Array }>> = {
  first: { names: digitNames, draw: drawDigit },
  second: { names: garmentNames, draw: drawGarment },
}

const shapeSource = (part: PicturePart, label: number, seed: number): Source => ({ pixels: shapes[part].draw(label, seed), origin: { kind: 'shape', label, seed } })

const networks: readonly (string | undefined)[] = ['skip', 'bottleneck', 'dense', 'unet']
const placeOf = ({ origin, unmixer }: ModelCard) => (origin === 'shipped' ? 0 : networks.length) + networks.indexOf(unmixer?.network)

/** What is mixed in the Playground, how, and by which models it is taken apart again. */
export const usePlaygroundStore = defineStore('playground', () => {
  const { client } = useOutside()
  const modelStore = useModelStore()
  const unmixing = useUnmixingStore()
  const place = ref<PlaygroundPlace>('compare')
  const sets = shallowRef<readonly PictureSet[]>([])
  const choices = shallowRef<Readonly<Record<PicturePart, SourceChoice>>>({ first: { from: 'shapes', label: undefined }, second: { from: 'shapes', label: undefined } })
  const sources = shallowRef<SourcePair>({ first: shapeSource('first', 3, 1), second: shapeSource('second', 0, 1) })
  const mixing = shallowRef<Mixing>({ rule: 'average', level: 0.5 })
  const mixture = computed(() => mixPictures(sources.value.first.pixels, sources.value.second.pixels, mixing.value))
  const chosenIds = shallowRef<readonly string[]>()
  /** Models that take pictures apart; those that come with the app first, so that the first two differ in what they see. */
  const models = computed(() => modelStore.models.filter(({ kind }) => kind === 'images').toSorted((a, b) => placeOf(a) - placeOf(b)))
  /** Those that are shown, in the order of the list; the first two until the user chooses. */
  const chosen = computed(() => models.value.filter(({ id }, at) => chosenIds.value?.includes(id) ?? at < 2))
  /** Of the next picture; each seed is used once, and the first pictures have had the 1. */
  let seed = 2
  const asked: Record<PicturePart, number> = { first: 0, second: 0 }

  const setsOf = (part: PicturePart) => sets.value.filter((set) => set.part === part)
  const classNames = (part: PicturePart): readonly string[] => {
    const { from } = choices.value[part]
    return from === 'shapes' || from === 'hand' ? shapes[part].names : (sets.value.find(({ id }) => id === from)?.classes ?? [])
  }

  /**
   * Takes over the sets of pictures that there are. Where a part has its first one, or lost the one that was chosen, pictures come
   * from the first now; all others stay. @throws AppError
   */
  async function loadSets(): Promise<void> {
    const before = sets.value
    sets.value = await client.playground.sets()
    const moved = pictureParts.filter((part) => {
      const { from } = choices.value[part]
      const isGone = from !== 'hand' && from !== 'shapes' && !sets.value.some(({ id }) => id === from)
      const isFirst = from === 'shapes' && !before.some((set) => set.part === part) && setsOf(part).length > 0
      if (isGone || isFirst) choose(part, { from: setsOf(part)[0]?.id ?? 'shapes', label: undefined })
      return isGone || isFirst
    })
    await randomise(moved)
  }

  function choose(part: PicturePart, choice: Partial<SourceChoice>): void {
    choices.value = { ...choices.value, [part]: { ...choices.value[part], ...choice } }
  }

  /** Shows these pictures; of both parts at once where both are given. */
  function take(pair: Partial<SourcePair>): void {
    for (const part of pictureParts) if (pair[part]) asked[part]++
    sources.value = { ...sources.value, ...pair }
  }

  /** Takes other pictures of the kinds that were chosen; what was drawn by hand stays. @throws AppError */
  async function randomise(parts: readonly PicturePart[] = pictureParts): Promise<void> {
    const found = await Promise.all(parts.map(async (part) => {
      const turn = ++asked[part]
      const source = await another(part, seed++)
      return source && turn === asked[part] ? { [part]: source } : {}
    }))
    const pair: Partial<SourcePair> = Object.assign({}, ...found)
    if (Object.keys(pair).length > 0) sources.value = { ...sources.value, ...pair }
  }

  async function another(part: PicturePart, with_: number): Promise<Source | undefined> {
    return choices.value[part].from === 'hand' ? undefined : (await draw(part, with_, 1))[0]
  }

  /** Gives pictures of the kind that is chosen for a part, a function of the seed; shapes where the user draws. @throws AppError */
  async function draw(part: PicturePart, with_: number, count: number): Promise<Source[]> {
    const { from, label } = choices.value[part]
    if (from === 'shapes' || from === 'hand') {
      const random = randomStream(with_).fork(part)
      return Array.from({ length: count }, (_, at) => shapeSource(part, label ?? random.integer(shapes[part].names.length), with_ + at))
    }
    const pictures = await client.playground.pictures({ setId: from, seed: with_, count, ...(label !== undefined && { label }) })
    return pictures.map(({ pixels, index, label: own }) => ({ pixels: Float32Array.from(pixels), origin: { kind: 'set', setId: from, index, label: own } }))
  }

  function mix(change: Partial<Mixing>): void {
    mixing.value = { ...mixing.value, ...change }
  }

  function show(modelId: string, shown: boolean): void {
    const others = chosen.value.map(({ id }) => id).filter((id) => id !== modelId)
    chosenIds.value = shown ? [...others, modelId] : others
  }

  /** Has a model take apart what is mixed now. */
  function ask(modelId: string): Promise<void> {
    const { first, second } = sources.value
    return unmixing.ask(modelId, { first: first.pixels, second: second.pixels, mixture: mixture.value, mixing: mixing.value })
  }

  /** Asks every model that is shown, now and whenever something changes; returns how to stop. */
  function follow(): () => void {
    return watch([mixture, () => chosen.value.map(({ id }) => id).join()], () => chosen.value.forEach(({ id }) => void ask(id)), { immediate: true })
  }

  const facts = { place, sets, choices, sources, mixing, mixture, models, chosen, setsOf, classNames }
  return { ...facts, loadSets, choose, take, randomise, draw, mix, show, ask, follow }
})
