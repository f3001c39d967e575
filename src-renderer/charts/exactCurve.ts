import type { ChartPoint, Curve, LineLook } from '#renderer/charts/chartSpec'

/** Returns a line that is drawn as it is, of the points that have a value. */
export function exactCurve(id: string, label: string, look: LineLook, points: readonly { readonly x: number; readonly y: number | undefined }[], tag = ''): Curve {
  const epochs = points.flatMap(({ x, y }): ChartPoint[] => (y === undefined || !Number.isFinite(y) ? [] : [{ x, epoch: x, y }]))
  return { id, label, look, kind: 'exact', tag, epochs, trace: [] }
}
