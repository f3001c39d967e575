import { createApp, h, reactive, shallowReactive } from 'vue'
import TimelineView from '../../src-renderer/timeline/TimelineView.vue'
import type { LaneSource } from '#renderer/timeline/laneSource'
import type { TimelineEdit } from '#renderer/timeline/timelineEvents'
import type { TimelineProps } from '#renderer/timeline/timelineProps'
import { emptyProject } from '#shared/project/project'
import { measureFrames } from './frames'
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
const told = reactive({ events: [] as [string, ...unknown[]][] })

const listeners = {
  'onUpdate:viewport': (viewport: TimelineProps['viewport']) => (props.viewport = viewport),
  'onUpdate:selection': (selection: TimelineProps['selection']) => (props.selection = selection),
  'onUpdate:spectral': (spectral: TimelineProps['spectral']) => (props.spectral = spectral),
  'onUpdate:focusedTrackId': (id: string) => (props.focusedTrackId = id),
  onSeek: (frame: number) => (props.position = frame),
  onEdit: (edit: TimelineEdit, gesture: string) => told.events.push(['edit', edit, gesture]),
  onHover: (readout: unknown) => (page.hover = readout),
}

const page = {
  props,
  events: told.events,
  hover: undefined as unknown,
  soundSource,
  songSources,
  measureFrames: (action: Parameters<typeof measureFrames>[1], count: number) => measureFrames(props, action, count),
}
export type TimelinePage = typeof page

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
