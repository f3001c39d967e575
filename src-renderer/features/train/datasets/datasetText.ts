import type { Dataset, DatasetContent, DatasetItem, DatasetLayout, DatasetMaterial, Split, TrackRole } from '#shared/contract/datasets'

/** What a layout of folders is called, and how such a folder looks, as somebody who records music would say it. */
export const layoutTexts: Record<DatasetLayout, { title: string; looks: string }> = {
  stemFolders: { title: 'Songs with stems', looks: 'A folder for each song: vocals with accompaniment, or vocals with drums, bass and other.' },
  musdb: { title: 'MUSDB18', looks: 'Folders “train” and “test”, with songs as folders or as .stem.mp4 files.' },
  multitrack: { title: 'Multitrack sessions', looks: 'A folder for each song, a file for each track. You say which tracks are vocals.' },
  pairs: { title: 'Mix and instrumental', looks: 'A folder for each song: the mix and its instrumental. Vocals are what lies between them.' },
  irmas: { title: 'IRMAS', looks: 'Excerpts of music with singing, without stems.' },
  esc: { title: 'ESC-10 or ESC-50', looks: 'Short sounds of fifty kinds, such as rain or a dog.' },
  fsdd: { title: 'Spoken digits (FSDD)', looks: 'Recordings named digit_speaker_number.wav.' },
  idx: { title: 'Pictures (IDX)', looks: 'Files as MNIST and Fashion-MNIST have them, as they are or in .gz; a folder for each kind where there are two.' },
  loose: { title: 'Voices and music apart', looks: 'Folders “voices” and “music” with recordings that do not belong together; they are mixed anew all the time.' },
  sounds: { title: 'Short sounds', looks: 'Any short sounds, such as one-shots; the folder that one lies in says what it is.' },
}

const units: Record<DatasetContent, readonly [one: string, many: string]> = {
  songs: ['song', 'songs'],
  mixtures: ['recording', 'recordings'],
  clips: ['sound', 'sounds'],
  images: ['picture', 'pictures'],
}

export const splitTexts: Record<Split, { title: string; what: string }> = {
  train: { title: 'Training', what: 'learned from' },
  validation: { title: 'Validation', what: 'measures the training while it runs, and is never learned from' },
  test: { title: 'Test', what: 'kept aside for a last, fair measurement' },
}

export const materialTexts: Record<DatasetMaterial, string> = {
  song: 'Song with both stems',
  voices: 'Voices',
  music: 'Instrumental music',
  mixture: 'Recording',
  clips: 'Sounds',
  images: 'Pictures',
}

export const roleTexts: Record<TrackRole, string> = { vocals: 'Vocals', accompaniment: 'Music', leave: 'Leave out' }

/** "1 song", "1,204 pictures". */
export function countOf(count: number, content: DatasetContent): string {
  return `${count.toLocaleString('en')} ${units[content][count === 1 ? 0 : 1]}`
}

/** How many there are of all splits. */
export function totalOf({ counts }: Pick<Dataset, 'counts'>): number {
  return counts.train + counts.validation + counts.test
}

/** "12 songs: 10 to learn from, 1 to validate with, 1 for a test". */
export function describeCounts({ counts, content }: Pick<Dataset, 'counts' | 'content'>): string {
  const number = (split: Split) => counts[split].toLocaleString('en')
  const parts = [`${number('train')} to learn from`, `${number('validation')} to validate with`, ...(counts.test > 0 ? [`${number('test')} for a test`] : [])]
  return `${countOf(totalOf({ counts }), content)}: ${parts.join(', ')}`
}

/** How many of some things there are of each split. */
export function countSplits(items: readonly DatasetItem[]): Dataset['counts'] {
  const count = (split: Split) => items.filter((item) => item.split === split).length
  return { train: count('train'), validation: count('validation'), test: count('test') }
}

/** In how many folders things lie; pictures of one kind share one. */
export function foldersOf(items: readonly DatasetItem[]): number {
  return new Set(items.map(({ files: [file = ''] }) => file.split('/').slice(0, -1).join('/'))).size
}

/** What pictures of one kind alone are good for. */
export const oneKindText =
  'These are pictures of one kind. In the Playground they can be mixed with others; to train a network that takes pictures apart, put both kinds beside each other, each in a folder of its own, and add the folder above them.'

/** Last part of a folder's path, as a first name for what is in it. */
export function folderName(folder: string): string {
  return folder.split(/[\\/]/).findLast((part) => part.trim() !== '') ?? folder
}
