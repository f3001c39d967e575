/** How points of a class are drawn: an outline on a grid from -5 to 5, and a colour of the page's style sheet. */
export interface ClassMark {
  readonly path: string
  readonly colour: string
}

const colours = ['--accompaniment', '--vocals', '--run-3', '--run-4', '--run-6', '--mix'] as const
const shapes = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z',
  'M-3.6-3.6h7.200v7.200h-7.200z',
  'M0-4.600L4.600 3.600h-9.200z',
  'M0-5L5 0L0 5L-5 0z',
  'M-1.500-4.500h3v3h3v3h-3v3h-3v-3h-3v-3h3z',
  'M0 4.600L-4.600-3.600h9.200z',
  'M-4.500-2.400L-2.400-4.500L0-2.100L2.400-4.500L4.500-2.400L2.100 0L4.500 2.400L2.400 4.500L0 2.100L-2.400 4.500L-4.500 2.400L-2.100 0z',
] as const

/** So many classes look different from one another. */
export const distinctMarks = colours.length * shapes.length

/** Returns the mark of the class with this number: neighbours differ in colour and in shape. */
export function markOf(index: number): ClassMark {
  return { path: shapes[index % shapes.length]!, colour: colours[index % colours.length]! }
}
