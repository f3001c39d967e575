/** Minutes and seconds as musicians read them: 3:05, or 1:02:03 from an hour on. */
export function formatTime(seconds: number): string {
  const whole = Math.floor(Math.max(0, seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`
}

/** Time for the ear of a screen reader: "3 minutes 5 seconds". */
export function spokenTime(seconds: number): string {
  const whole = Math.floor(Math.max(0, seconds))
  const part = (count: number, unit: string) => (count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`])
  const parts = [...part(Math.floor(whole / 60), 'minute'), ...part(whole % 60, 'second')]
  return parts.join(' ') || '0 seconds'
}

/** Length of a song, of which some compressed files give none. */
export function formatLength(seconds: number | undefined): string {
  return seconds === undefined ? 'unknown' : formatTime(seconds)
}

/** How long is left, as coarse as the estimate is: "about 2 min left". */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 10) return 'a few seconds left'
  if (seconds < 90) return `about ${Math.ceil(seconds / 5) * 5} s left`
  return seconds < 5400 ? `about ${Math.ceil(seconds / 60)} min left` : `about ${Math.ceil(seconds / 1800) / 2} h left`
}

/** How long something takes, as coarse as that interests: 45 s, 12 min, 1 h 30 min. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const rest = minutes % 60
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`
}

/** 44.1 kHz, 48 kHz. */
export function formatRate(hertz: number): string {
  return `${Number((hertz / 1000).toFixed(3))} kHz`
}

/** mono, stereo, 6 channels. */
export function formatChannels(channels: number): string {
  return channels === 1 ? 'mono' : channels === 2 ? 'stereo' : `${channels} channels`
}

/** A null residual; services report a sum that is exact to the last bit as -200, since 0 has no logarithm. */
export function formatResidual(dbfs: number): string {
  return dbfs <= -200 ? 'exact to the last bit' : `residual ${dbfs.toFixed(1)} dBFS`
}

/** Minutes, seconds and milliseconds, for a running clock: 0:03.250. */
export function formatClock(seconds: number): string {
  const milliseconds = Math.floor(Math.max(0, seconds) * 1000 + 1e-6)
  return `${formatTime(milliseconds / 1000)}.${String(milliseconds % 1000).padStart(3, '0')}`
}

/** Bytes as file managers write them: 812 kB, 45.3 MB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}
