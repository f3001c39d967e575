import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useGeneratePlaybackStore } from '#renderer/stores/generatePlaybackStore'
import { type MadeSound, useGenerateStore } from '#renderer/stores/generateStore'

/** From one sound to another, in steps that are heard one after the other. */
export const useGenerateMorphStore = defineStore('generateMorph', () => {
  const { client } = useOutside()
  const generate = useGenerateStore()
  const playback = useGeneratePlaybackStore()
  const from = shallowRef<MadeSound>()
  const to = shallowRef<MadeSound>()
  const steps = ref(7)
  /** Both ends among them; empty until both are chosen. */
  const strip = shallowRef<readonly MadeSound[]>([])
  const isOpen = computed(() => from.value !== undefined || to.value !== undefined)
  /** How often a strip was asked for: an older answer is not shown. */
  let asked = 0

  /** Chooses an end; sounds of two models have nothing between them, so an end of another model goes. @throws AppError */
  async function begin(end: 'from' | 'to', made: MadeSound): Promise<void> {
    const other = end === 'from' ? to : from
    if (other.value && other.value.modelId !== made.modelId) other.value = undefined
    if (end === 'from') from.value = made
    else to.value = made
    await ask()
  }

  /** Makes the strip and plays it, once both ends are there. @throws AppError */
  async function ask(): Promise<void> {
    const mine = ++asked
    strip.value = []
    const [first, last] = [from.value, to.value]
    if (!first || !last) return
    const { modelId, phases } = first
    const between = await generate.during(() =>
      client.generating.interpolate({ modelId, phases, from: [...first.sound.latent], to: [...last.sound.latent], steps: steps.value, seed: first.sound.seed }),
    )
    if (mine !== asked) return
    const origin = `between ${first.sound.name} and ${last.sound.name}`
    strip.value = between.map((sound) => generate.madeOf({ modelId, phases, origin }, sound))
    void play()
  }

  /** @throws AppError */
  async function stepIn(count: number): Promise<void> {
    steps.value = count
    await ask()
  }

  /** @throws AppError */
  async function turnAround(): Promise<void> {
    ;[from.value, to.value] = [to.value, from.value]
    await ask()
  }

  const play = () => playback.play(strip.value.map(({ id, sound }) => ({ key: id, sound })))

  function close(): void {
    asked++
    if (strip.value.some(({ id }) => id === playback.heard)) playback.stop()
    strip.value = []
    from.value = undefined
    to.value = undefined
  }

  return { from, to, steps, strip, isOpen, begin, stepIn, turnAround, play, close }
})
