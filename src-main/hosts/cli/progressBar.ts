import type { JobProgress } from '#shared/jobs/job'
import { overallShare } from '#shared/jobs/overallShare'
import { estimateSecondsLeft } from '#shared/jobs/timeLeft'

/** The part of standard error that is used. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface ProgressBar {
  show(progress: JobProgress): void
  /** Takes the bar away. */
  clear(): void
}

const barWidth = 24
const longestTitle = 28
/** Where nothing can be redrawn, a line is printed each time that another tenth is done. */
const linesInAll = 10

/**
 * Returns a bar for `title` on `screen`, redrawn in place on a terminal.
 * @param now milliseconds
 */
export function createProgressBar(screen: Screen, title: string, now: () => number): ProgressBar {
  const name = title.length > longestTitle ? `${title.slice(0, longestTitle - 1)}…` : title
  let since = now()
  let done = 0
  let lastTenth = -1
  let drawn = ''

  const draw = (line: string) => {
    if (line === drawn) return
    drawn = line
    screen.write(`\r${line.slice(0, (screen.columns || 80) - 1)}\x1b[K`)
  }

  return {
    show(progress) {
      const share = overallShare(progress)
      // Nothing done yet, or work of another kind has begun: what was before says nothing about its speed.
      if (share === 0 || share < done) since = now()
      if (share < done) lastTenth = -1
      done = share
      const left = estimateSecondsLeft({ ...progress, completed: share, total: 1 }, (now() - since) / 1000)
      const tail = `${percent(share)}  ${progress.stage}${left === undefined ? '' : `, ${clock(left)} left`}`
      if (screen.isTTY) return draw(`${name}  ${bar(share)} ${tail}`)
      const tenth = Math.floor(share * linesInAll)
      if (tenth > lastTenth) screen.write(`${title}  ${tail}\n`)
      lastTenth = Math.max(tenth, lastTenth)
    },
    clear() {
      if (screen.isTTY && drawn !== '') screen.write('\r\x1b[K')
      drawn = ''
    },
  }
}

function bar(share: number): string {
  const full = Math.round(share * barWidth)
  return '█'.repeat(full) + '░'.repeat(barWidth - full)
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`.padStart(5)
}

/** Returns seconds as 0:07 or 1:02:03. */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}
