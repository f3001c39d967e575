import { tf, type Tensor4D } from '#main/engine/tf'
import { seenSide } from '#main/models/pictureCoder'
import { pictureSide } from '#shared/images/mixing'

/** Rows and columns by which each view lies beside the middle of a picture; the first view is the middle itself. */
const shifts = {
  1: [[0, 0]],
  5: [[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1]],
} as const satisfies Record<number, readonly (readonly [number, number])[]>

/** How many views of a picture a network looks at. */
export type ViewCount = keyof typeof shifts
export const viewCounts: readonly ViewCount[] = [1, 5]

const margin = (pictureSide - seenSide) / 2

/** What a network sees of pictures `[batch, row, column, 1]`, `seenSide` wide: one view of all of them after the other. */
export function viewsOf(pictures: Tensor4D, count: ViewCount): Tensor4D {
  const size: [number, number, number, number] = [pictures.shape[0], seenSide, seenSide, 1]
  return stacked(shifts[count].map(([down, right]) => tf.slice(pictures, [0, margin + down, margin + right, 0], size)))
}

/** Returns the mean, for each pixel of the middle view, of what the views say that show it. @param values as `viewsOf` gives them */
export function meanOfViews(values: Tensor4D, count: ViewCount): Tensor4D {
  if (count === 1) return values
  const said = unstacked(values, count).map((view, i) => movedBack(view, shifts[count][i]!))
  return tf.mul(said.reduce((sum, view) => tf.add(sum, view)), sharesOf(count))
}

/** The same maps for each of the views, added to what each of them has of its own. @param own one view after the other */
export function addedToViews(own: Tensor4D, added: Tensor4D, count: ViewCount): Tensor4D {
  return tf.add(own, stacked(Array.from({ length: count }, () => added)))
}

/** Of maps of all views, those of the middle one. */
export function middleOf(maps: Tensor4D, count: ViewCount): Tensor4D {
  return count === 1 ? maps : unstacked(maps, count)[0]!
}

function stacked(views: readonly Tensor4D[]): Tensor4D {
  return views.length === 1 ? views[0]! : tf.concat([...views], 0)
}

function unstacked(maps: Tensor4D, count: ViewCount): Tensor4D[] {
  const [all, rows, columns, channels] = maps.shape
  const batch = all / count
  return shifts[count].map((_, i) => tf.slice(maps, [i * batch, 0, 0, 0], [batch, rows, columns, channels]))
}

/** To where it lies in the middle view; 0 where it shows nothing of that. */
function movedBack(view: Tensor4D, [down, right]: readonly [number, number]): Tensor4D {
  const around: [number, number] = [1, 1]
  const padded = tf.pad(view, [[0, 0], around, around, [0, 0]])
  return tf.slice(padded, [0, 1 - down, 1 - right, 0], view.shape)
}

/** What each view counts for a pixel of the middle one: one over the number of views that show it, `[1, row, column, 1]`. */
function sharesOf(count: ViewCount): Tensor4D {
  const isSeen = (place: number) => place >= 0 && place < seenSide
  const shares = Float32Array.from({ length: seenSide ** 2 }, (_, at) => {
    const [row, column] = [Math.floor(at / seenSide), at % seenSide]
    return 1 / shifts[count].filter(([down, right]) => isSeen(row - down) && isSeen(column - right)).length
  })
  return tf.tensor4d(shares, [1, seenSide, seenSide, 1])
}
