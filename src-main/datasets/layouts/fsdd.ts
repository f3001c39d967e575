import type { LayoutItem, ReadLayout } from '#main/datasets/layouts/layout'
import { baseOf, counted } from '#main/datasets/layouts/paths'
import type { Split } from '#shared/contract/datasets'

/** `digit_speaker_number`. */
const clipName = /^(\d)_([A-Za-z]+)_(\d+)$/

/** The dataset's own test set is the first five takes of each speaker and digit; the next five validate. */
function splitOfTake(take: number): Split {
  return take < 5 ? 'test' : take < 10 ? 'validation' : 'train'
}

/**
 * Free Spoken Digit Dataset: `recordings/7_jackson_32.wav`.
 * @see https://github.com/Jakobovski/free-spoken-digit-dataset
 */
export const readFsdd: ReadLayout = async ({ files }) => {
  const clips = files.filter((path) => /\.wav$/i.test(path) && clipName.test(baseOf(path)))
  if (clips.length === 0) return undefined
  const items = clips.map((path): LayoutItem => {
    const [, digit, , take] = clipName.exec(baseOf(path))!
    return { name: baseOf(path), files: [path], splits: [splitOfTake(Number(take))], material: { what: 'clips', label: digit!, paths: [path] } }
  })
  const speakers = new Set(clips.map((path) => clipName.exec(baseOf(path))![2])).size
  return { content: 'clips', items, summary: `${counted(clips.length, 'spoken digit')} by ${counted(speakers, 'speaker')}`, warnings: [], rank: 2 }
}
