import { formatDuration } from '#renderer/ui/formatting'
import type { DatasetContent } from '#shared/contract/datasets'
import type { BenchmarkResult, NetworkKind } from '#shared/contract/training'

export const kindTexts: Record<NetworkKind, { title: string; what: string }> = {
  separator: { title: 'Splits songs', what: 'into vocals and music; usable in the Studio' },
  blind: { title: 'Learns without stems', what: 'finds two parts in recordings by itself; to study and compare' },
  images: { title: 'Takes pictures apart', what: 'two pictures that lie over one another' },
  clips: { title: 'Learns short sounds', what: 'to make new ones, to find one, or to code them; for the Lab' },
}

const contentNames: Record<DatasetContent, string> = {
  songs: 'songs with stems',
  mixtures: 'recordings of any kind',
  clips: 'short sounds',
  images: 'pictures',
}

/** "songs with stems or recordings of any kind" */
export function contentTexts(contents: readonly DatasetContent[]): string {
  return contents.map((content) => contentNames[content]).join(' or ')
}

/** As coarse as the estimate is: "0.8 GB", "21 GB". */
export function formatMemory(bytes: number): string {
  const gigabytes = bytes / 1e9
  return `${gigabytes < 10 ? Math.max(0.1, gigabytes).toFixed(1) : Math.round(gigabytes)} GB`
}

/** Times that may be given to a run, in minutes; undefined is as long as it takes. */
export const timeLimits: readonly { minutes: number | undefined; title: string }[] = [
  { minutes: undefined, title: 'As long as it takes' },
  { minutes: 15, title: '15 minutes' },
  { minutes: 60, title: '1 hour' },
  { minutes: 240, title: '4 hours' },
  { minutes: 600, title: 'Overnight, 10 hours' },
]

/** What a minute of training tells of a whole run, in sentences. */
export function predictionOf(result: BenchmarkResult, kind: NetworkKind, epochs: number, minutes: number | undefined): string[] {
  const total = formatDuration(result.totalSeconds)
  const seconds = minutes === undefined ? Infinity : minutes * 60
  const part = Math.max(1, Math.floor((epochs * seconds) / result.totalSeconds))
  const whole =
    seconds < result.totalSeconds
      ? `All ${epochs} epochs would take about ${total}; in ${formatDuration(seconds)} it gets to about epoch ${part}.`
      : `All ${epochs} epochs take about ${total}.`
  const advice = kind === 'separator' ? ': under Advanced, a higher Reuse lets each take be used more often' : ''
  return [whole, ...(result.waiting > 0.2 ? [`It spends ${Math.round(100 * result.waiting)} % of the time waiting for data${advice}.`] : [])]
}
