import { createPinia, setActivePinia } from 'pinia'
import { createApp, nextTick } from 'vue'
import { vi } from 'vitest'
import { createOutside, type Host, outsideKey, type PreparedDrag } from '#renderer/api/host'
import { pcmOfSamples } from '#renderer/playback/pcmText'
import type { GeneratedSound, Generator, ShownSound } from '#shared/contract/generating'

export const soundFrames = 2205

/** A model of two classes with a fader each way, as the services describe it. */
export const generatorOf = (modelId: string, more: Partial<Generator> = {}): Generator => ({
  modelId, name: modelId, summary: '', isShipped: true, prior: 'standard', parameters: 10, latents: 2, seconds: 0.1, sampleRate: 22050, classes: ['one', 'two'],
  faders: [{ id: 'bright', quality: 'brightness', correlation: 0.9 }, { id: 'loud', quality: 'loudness', correlation: -0.8, latent: 1 }],
  ...more,
})

export function shownSoundOf(level = 0.5): ShownSound {
  const values = btoa(String.fromCharCode(...Array.from({ length: 8 }, (_, at) => 32 * at)))
  return { sampleRate: 22050, pcm: pcmOfSamples(new Float32Array(soundFrames).fill(level)), picture: { frames: 2, bins: 4, binHertz: 2756.25, values, floor: -80, peak: 0 } }
}

export const generatedSoundOf = (name: string, latent: number[] = [0, 0], seed = 1): GeneratedSound => ({ ...shownSoundOf(), name, latent, seed })

/** The outside of the Lab's stores, for as long as a test runs. */
export interface LabOutside {
  /** What the services answer, by request. */
  answers: Record<string, (payload: never) => unknown>
  /** What they were asked. */
  readonly asked: { readonly name: string; readonly payload: never }[]
  readonly dragged: PreparedDrag[]
  readonly downloads: string[]
  /** Where files go; undefined where the user chooses nothing. */
  target: { folder: string } | undefined
}

/** Makes the outside with a loudspeaker that is not there, for the stores of the next test. */
export function startLab(): LabOutside {
  const outside: LabOutside = { answers: {}, asked: [], dragged: [], downloads: [], target: { folder: '/chosen' } }
  const host: Host = {
    transport: {
      async request(name, payload) {
        outside.asked.push({ name, payload: payload as never })
        try {
          return { ok: true, result: await outside.answers[name]?.(payload as never) }
        } catch (error) {
          return { ok: false, error }
        }
      },
      onEvent: () => () => {},
    },
    sourceOf: (file) => Promise.resolve({ path: `/files/${file.name}` }),
    chooseExportTarget: () => Promise.resolve(outside.target),
    beginDrag: (_event, prepared) => Promise.resolve(void outside.dragged.push(prepared)),
    download: ({ name }) => void outside.downloads.push(name),
  }
  const pinia = createPinia()
  createApp({}).provide(outsideKey, createOutside(host, () => 0)).use(pinia)
  setActivePinia(pinia)
  return outside
}

export async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve()
  await nextTick()
}

/** A loudspeaker that hears nothing: its clock goes on when it is told to, and pictures are drawn then. */
export function stubLoudspeaker(): { advance(seconds: number): Promise<void> } {
  const drawn: (() => void)[] = []
  const contexts: { currentTime: number }[] = []
  const gain = { value: 1, cancelScheduledValues() {}, setValueAtTime() {}, linearRampToValueAtTime() {} }
  const node = () => ({ gain, connect() {}, disconnect() {} })
  vi.stubGlobal('AudioContext', class {
    currentTime = 0
    state = 'running'
    destination = {}
    outputLatency = 0
    sampleRate: number
    constructor({ sampleRate = 44100 } = {}) {
      this.sampleRate = sampleRate
      contexts.push(this)
    }
    createGain = node
    createBuffer = () => ({ copyToChannel() {} })
    createBufferSource = () => ({ ...node(), buffer: undefined, loop: false, start() {}, stop() {} })
    resume = () => Promise.resolve()
    suspend = () => Promise.resolve()
    close = () => Promise.resolve()
  })
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => drawn.push(draw))
  vi.stubGlobal('cancelAnimationFrame', () => void drawn.splice(0))
  return {
    async advance(seconds) {
      for (const context of contexts) context.currentTime += seconds
      for (const draw of drawn.splice(0)) draw()
      await settled()
    },
  }
}
