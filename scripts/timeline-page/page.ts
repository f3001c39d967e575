import { createApp, h, shallowReactive } from 'vue'
import TimelineView from '../../src-renderer/timeline/TimelineView.vue'
import type { LaneSource } from '#renderer/timeline/laneSource'
import type { HoverReadout, TimelineEdit } from '#renderer/timeline/timelineEvents'
import type { TimelineProps } from '#renderer/timeline/timelineProps'
import { emptyProject } from '#shared/project/project'
import { type FrameTimes, type MeasuredAction, measureFrames } from './frames'
import { songSources } from './songs'
import { soundSource } from './sounds'
import '../../src-renderer/styles/tokens.css'
import '../../src-renderer/styles/base.css'

/** The timeline alone on a page, driven from outside by `window.timeline`. */
const props: TimelineProps = shallowReactive({
  project: emptyProject('page', 'Page'),
  sources: new Map<string, LaneSource>(),
  viewport: { framesPerPixel: 2048, scrollFrame: 0, width: 1000 },
  position: 0,
  playing: false,
})
/** Edits that were asked for. */
const events: ['edit', TimelineEdit, string][] = []

const listeners = {
  'onUpdate:viewport': (viewport: TimelineProps['viewport']) => (props.viewport = viewport),
  'onUpdate:selection': (selection: TimelineProps['selection']) => (props.selection = selection),
  'onUpdate:spectral': (spectral: TimelineProps['spectral']) => (props.spectral = spectral),
  'onUpdate:focusedTrackId': (id: string) => (props.focusedTrackId = id),
  onSeek: (frame: number) => (props.position = frame),
  onEdit: (edit: TimelineEdit, gesture: string) => events.push(['edit', edit, gesture]),
  onHover: (readout: HoverReadout | undefined) => (page.hover = readout),
}

/** What tests and measurements find on the page. */
export interface TimelinePage {
  readonly props: TimelineProps
  readonly events: readonly ['edit', TimelineEdit, string][]
  /** What was told last about the place under the pointer. */
  hover: HoverReadout | undefined
  readonly soundSource: typeof soundSource
  readonly songSources: typeof songSources
  measureFrames(action: MeasuredAction, count: number): Promise<FrameTimes>
}

const page: TimelinePage = {
  props,
  events,
  hover: undefined,
  soundSource,
  songSources,
  measureFrames: (action, count) => measureFrames(props, action, count),
}

declare global {
  interface Window {
    timeline: TimelinePage
  }
}

window.timeline = page
const header = ({ track }: { track: { name: string } }) => h('p', { style: 'margin: 10px 14px' }, track.name)
const title = h('h1', { class: 'visually-hidden' }, 'Timeline')
const view = () => h(TimelineView, { ...props, ...listeners, style: 'height: 100%' }, { header })
createApp({ render: () => h('main', { style: 'height: 100%' }, [title, view()]) }).mount('#app')
