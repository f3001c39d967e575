import type { ManifestImages, Split } from '#main/datasets/manifest'
import { AppError } from '#shared/errors'

/** Pictures of one folder, such as all of MNIST, and what they are for a mixture. */
export interface PictureGroup {
  readonly name: string
  /** Digits are first, garments second; undefined for what is left over. */
  readonly part: 'first' | 'second' | undefined
  readonly images: readonly ManifestImages[]
}

/**
 * Groups by folder, in the order of their names. The one that is called something with "fashion" is second, else the second one.
 * @param top what pictures are called that lie in no folder
 */
export function pictureGroups(images: readonly ManifestImages[], top = 'pictures'): PictureGroup[] {
  const names = [...new Set(images.map((image) => folderOf(image.images)))].toSorted()
  const nameOf = (folder: string) => folder || top
  const garments = names.find((name) => /fashion/i.test(nameOf(name)))
  const others = names.filter((name) => name !== garments)
  const [first, second] = [others[0], garments ?? others[1]]
  return names.map((folder) => ({
    name: nameOf(folder),
    part: folder === first ? 'first' : folder === second ? 'second' : undefined,
    images: images.filter((image) => folderOf(image.images) === folder),
  }))
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** The two groups that mixtures are made of. */
export interface GroupPair {
  readonly first: PictureGroup
  readonly second: PictureGroup
}

/**
 * The groups of a dataset that mixtures are made of, with their pictures of one split only.
 * @throws AppError DATASET_EMPTY where one of them has none
 */
export function groupsOfSplit(images: readonly ManifestImages[], split: Split): GroupPair {
  const all = pictureGroups(images)
  const group = (part: 'first' | 'second'): PictureGroup => {
    const found = all.find((each) => each.part === part)
    const wanted = found?.images.filter((image) => image.split === split) ?? []
    if (found && wanted.length > 0) return { ...found, images: wanted }
    throw lacking(all, split)
  }
  return { first: group('first'), second: group('second') }
}

function lacking(groups: readonly PictureGroup[], split: Split): AppError {
  const found = groups.map(({ name }) => `"${name}"`).join(', ')
  const fewer = groups.length < 2
  const there = fewer ? `holds ${found ? `only the pictures of ${found}` : 'no pictures'}` : `lacks pictures for the ${split} in ${found}`
  const advice = 'Put the files of MNIST into a folder "mnist", those of Fashion-MNIST into "fashion-mnist" beside it, and use the folder above both.'
  return new AppError('DATASET_EMPTY', `Mixtures are made of pictures of two kinds, and the dataset ${there}. Nothing was started. ${advice}`)
}

/** True where both groups have pictures of a split. */
export function hasSplit(images: readonly ManifestImages[], split: Split): boolean {
  const groups = pictureGroups(images).filter(({ part }) => part !== undefined)
  return groups.length === 2 && groups.every((group) => group.images.some((image) => image.split === split))
}
