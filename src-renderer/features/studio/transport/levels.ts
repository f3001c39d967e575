import { inject, type InjectionKey, onBeforeUnmount, onMounted, provide, type ShallowRef, shallowRef, watch } from 'vue'
import { useTransportStore } from '#renderer/stores/transportStore'

/** What meters show, in dBFS. */
export interface Levels {
  readonly master: readonly [number, number]
  readonly tracks: ReadonlyMap<string, number>
  /** Mix minus stems in what is heard; undefined while nothing plays that has stems. */
  readonly residual: number | undefined
}

const silent: Levels = { master: [-Infinity, -Infinity], tracks: new Map(), residual: undefined }
const toDecibels = (magnitude: number) => 20 * Math.log10(magnitude)
/** Decibels by which a meter falls from one picture to the next: some 20 dB a second. */
const fall = 0.35

const levelsKey: InjectionKey<Readonly<ShallowRef<Levels>>> = Symbol('levels')

/** The levels that the page provides; who reads them is rendered anew with every picture, so only meters should. */
export function useLevels(): Readonly<ShallowRef<Levels>> {
  return inject(levelsKey, shallowRef(silent))
}

/**
 * Provides the levels of what is heard to the components below the one that is being set up: new with every picture while it
 * plays; rises are shown at once, falls slowly.
 */
export function provideLevels(): void {
  const transport = useTransportStore()
  const levels = shallowRef(silent)
  let frame = 0

  const settle = (before: number, now: number) => Math.max(now, before - fall)

  function read(): void {
    cancelAnimationFrame(frame)
    if (!transport.playing) {
      levels.value = silent
      return
    }
    const { master, tracks, nullDbfs } = transport.meters()
    const before = levels.value
    levels.value = {
      master: [settle(before.master[0], toDecibels(master[0])), settle(before.master[1], toDecibels(master[1]))],
      tracks: new Map([...tracks].map(([id, [left, right]]) => [id, settle(before.tracks.get(id) ?? -Infinity, toDecibels(Math.max(left, right)))])),
      residual: nullDbfs,
    }
    frame = requestAnimationFrame(read)
  }

  onMounted(() => watch(() => transport.playing, read, { immediate: true }))
  onBeforeUnmount(() => cancelAnimationFrame(frame))
  provide(levelsKey, levels)
}
