import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { greyPicture, type PictureSet } from '#main/datasets/pictures/pictureSet'
import { readPictures as readPictureFiles } from '#main/node/pictureFiles'
import { AppError } from '#shared/errors'
import { randomStream } from '#shared/random'

/** Sets that are kept unpacked; a test set of MNIST takes ten megabytes. */
const mostSets = 4
const sets = new Map<string, Promise<PictureSet>>()

/** @throws AppError what the reader of picture files throws; DATASET_EMPTY where there is no such picture */
export async function readPictures({ seed, count, label, index, ...file }: ComputeInput<'readPictures'>): Promise<ComputeResult<'readPictures'>> {
  const set = await open(file)
  const { labels } = set
  const candidates = index === undefined ? undefined : [index]
  const places = candidates ?? (label === undefined ? undefined : placesOf(set, label))
  const total = places?.length ?? set.count
  if (total === 0 || (index !== undefined && index >= set.count)) {
    throw new AppError('DATASET_EMPTY', `There is no such picture in ${file.images.images}. Choose another, or one at random.`)
  }
  const random = randomStream(seed)
  return Array.from({ length: count }, () => {
    const drawn = random.integer(total)
    const place = places ? places[drawn]! : drawn
    return { pixels: greyPicture(set, place), index: place, ...(labels && { label: labels[place]! }) }
  })
}

export async function countClasses(file: ComputeInput<'countClasses'>): Promise<number> {
  const { labels } = await open(file)
  return labels ? labels.reduce((most, label) => Math.max(most, label + 1), 0) : 0
}

/** The one used last is the last to go. */
function open({ folder, hash, images }: ComputeInput<'countClasses'>): Promise<PictureSet> {
  const key = JSON.stringify([folder, hash, images])
  const set = sets.get(key) ?? readPictureFiles(folder, [images])
  sets.delete(key)
  sets.set(key, set)
  set.catch(() => sets.delete(key))
  if (sets.size > mostSets) sets.delete(sets.keys().next().value!)
  return set
}

function placesOf({ labels }: PictureSet, label: number): number[] {
  return labels ? [...labels.keys()].filter((place) => labels[place] === label) : []
}
