import type { Track } from '#shared/project/project'

/** What a lane is drawn in. Never alone: its name stands beside it. */
export const laneColours: Record<Track['role'], string> = {
  mixture: 'var(--mix)',
  vocals: 'var(--vocals)',
  accompaniment: 'var(--accompaniment)',
  other: 'var(--muted)',
}
