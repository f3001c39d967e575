import type { ManifestImages } from '#main/datasets/manifest'
import { pictureGroups } from '#main/datasets/pictures/groups'
import type { Dataset } from '#shared/contract/datasets'
import type { PictureSet } from '#shared/contract/playground'

/** A set without the names of its classes, and the pictures that it is of. */
export interface FoundSet {
  readonly set: Omit<PictureSet, 'classes'>
  readonly images: ManifestImages
  /** True for garments as Fashion-MNIST numbers them. */
  readonly isFashion: boolean
}

/** In the order of Fashion-MNIST's labels. */
const garments = ['T-shirt', 'Trousers', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'] as const

const knownGroups: Readonly<Record<string, string>> = { mnist: 'MNIST', 'fashion-mnist': 'Fashion-MNIST' }

/**
 * What of a dataset's pictures can be mixed: those for the test, or, of a group that keeps none for it, those for validation.
 * Pictures that are learned from are never shown.
 */
export function pictureSetsOf(dataset: Dataset, images: readonly ManifestImages[]): FoundSet[] {
  const groups = pictureGroups(images, dataset.name)
  return groups.flatMap(({ name, part, images: all }) => {
    if (part === undefined) return []
    const tests = all.filter(({ split }) => split === 'test')
    const unseen = tests.length > 0 ? tests : all.filter(({ split }) => split === 'validation')
    const called = groups.length > 1 ? (knownGroups[name.toLowerCase()] ?? name) : dataset.name
    return unseen.map((each) => ({
      set: {
        id: `${dataset.id}/${each.name}`,
        datasetId: dataset.id,
        name: `${called}, ${each.split === 'test' ? 'test' : 'validation'}`,
        part,
        count: each.to - each.from,
      },
      images: each,
      isFashion: /fashion/i.test(name),
    }))
  })
}

/** Names of classes by label, of which `count` occur: garments are called what they are, digits and all others by their number. */
export function classNames({ isFashion }: FoundSet, count: number): string[] {
  if (isFashion && count > 0 && count <= garments.length) return [...garments]
  return Array.from({ length: count }, (_, label) => String(label))
}
