import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useGeneratePlaybackStore } from '#renderer/stores/generatePlaybackStore'
import { type MadeSound, useGenerateStore } from '#renderer/stores/generateStore'
import { createLatest } from '#renderer/stores/latest'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import type { LatentFader } from '#shared/contract/generating'

/** The selected sound, moved by faders that change how bright, loud or noisy it is. */
export const useGenerateShapeStore = defineStore('generateShape', () => {
  const { client } = useOutside()
  const generate = useGenerateStore()
  const playback = useGeneratePlaybackStore()
  const notices = useNoticeStore()
  /** Where each fader is, in standard deviations, by its id; those that are not here are in the middle. */
  const moves = ref<Readonly<Record<string, number>>>({})
  const shaped = shallowRef<MadeSound>()
  /** Of the model that made the selected sound. */
  const faders = computed<readonly LatentFader[]>(() => generate.models?.find(({ modelId }) => modelId === generate.selected?.modelId)?.faders ?? [])
  const isMoved = computed(() => Object.values(moves.value).some((by) => by !== 0))
  const decode = createLatest<MadeSound>(decodeNow)

  watch(() => generate.selectedId, reset, { flush: 'sync' })

  async function decodeNow(base: MadeSound): Promise<void> {
    const changes = Object.entries(moves.value).map(([fader, by]) => ({ fader, by }))
    const { modelId, phases, sound } = base
    const name = `${sound.name}, shaped`.slice(0, 120)
    const found = await notices.attempt(() => client.generating.decode({ modelId, phases, items: [{ latent: [...sound.latent], seed: sound.seed, name, moves: changes }] }))
    // What was put back or left meanwhile is not shown any more.
    if (found?.[0] && generate.selectedId === base.id && isMoved.value) shaped.value = generate.madeOf({ modelId, phases, origin: `shaped from ${sound.name}` }, found[0])
  }

  /** Moves a fader and lets the picture follow. */
  function move(fader: string, by: number): void {
    const base = generate.selected
    if (!base) return
    moves.value = { ...moves.value, [fader]: by }
    if (isMoved.value) void decode(base)
    else shaped.value = undefined
  }

  /** Plays what the faders have made of the sound, once it is there. */
  async function hear(): Promise<void> {
    const base = generate.selected
    if (!base) return
    if (isMoved.value) await decode(base)
    const now = shaped.value ?? base
    if (generate.selectedId === base.id) await playback.play([{ key: now.id, sound: now.sound }])
  }

  /** Puts the moved sound among the others. */
  function keep(): void {
    if (!shaped.value) return
    const { modelId, phases, origin, sound } = shaped.value
    generate.add({ modelId, phases, origin }, [sound])
  }

  function reset(): void {
    moves.value = {}
    shaped.value = undefined
  }

  return { moves, shaped, faders, isMoved, move, hear, keep, reset }
})
