import type { IconName } from '#renderer/ui/icons'

export const eventKinds = {
  marker: { name: 'Marker', plural: 'Markers', icon: 'marker', colour: 'var(--accent)' },
  vocals: { name: 'Vocals', plural: 'Sung parts', icon: 'waveform', colour: 'var(--vocals)' },
  doubt: { name: 'Doubtful spot', plural: 'Doubtful spots', icon: 'warning', colour: 'var(--warn)' },
  find: { name: 'Found sound', plural: 'Found sounds', icon: 'star', colour: 'var(--accent)' },
} as const satisfies Record<string, { name: string; plural: string; icon: IconName; colour: string }>

export type EventKind = keyof typeof eventKinds

/** A place on the timeline that can be gone to; frames. A marker has no length. */
export interface TimelineEvent {
  id: string
  kind: EventKind
  name: string
  start: number
  end: number
}
