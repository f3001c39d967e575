import { readIdxHeader } from '#main/datasets/idxImages'
import type { FolderView, LayoutItem, ReadLayout } from '#main/datasets/layouts/layout'
import { counted, folderOf, lastOf } from '#main/datasets/layouts/paths'
import { AppError } from '#shared/errors'

const imageFile = /images?[-.]idx3-ubyte(\.gz|\.raw)?$/i

/** Share of training pictures that validate, from the end of the file. */
const heldOut = 1 / 12

/** What the files of pictures of a folder are. */
export interface PictureFiles {
  readonly items: readonly LayoutItem[]
  /** In sentences: pictures without labels. */
  readonly warnings: readonly string[]
  /** In sentences: files that can't be used, and why. */
  readonly broken: readonly string[]
}

/**
 * MNIST, Fashion-MNIST and others of the kind: `train-images-idx3-ubyte` and `t10k-images-idx3-ubyte`, packed as .gz or not,
 * with their labels beside them. The last pictures of a training file are held out for validation. Of a file that is there
 * both ways, the unpacked one is used.
 * @see http://yann.lecun.com/exdb/mnist/
 */
export async function readPictureFiles(view: FolderView): Promise<PictureFiles> {
  const all = new Set(view.files)
  const warnings: string[] = []
  const broken: string[] = []
  const items: LayoutItem[] = []
  for (const path of view.files.filter((file) => imageFile.test(file) && !all.has(unpacked(file)))) {
    try {
      items.push(...(await itemsOf(view, path, warnings)))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      broken.push(`${path} was left out: ${error.message}`)
    }
  }
  return { items, warnings, broken }
}

/** The name that a packed file has without its ending; no file's name for others. */
function unpacked(path: string): string {
  return /\.gz$/i.test(path) ? path.slice(0, -3) : ''
}

/** Folders of pictures; files that can't be used are left out with a word. */
export const readIdx: ReadLayout = async (view) => {
  const { items, warnings, broken } = await readPictureFiles(view)
  if (items.length === 0) return undefined
  const total = items.reduce((sum, { material }) => sum + (material.what === 'images' ? material.to - material.from : 0), 0)
  const files = new Set(items.map((item) => item.files[0])).size
  return { content: 'images', items, summary: `${counted(total, 'picture')} in ${counted(files, 'file')}`, warnings: [...warnings, ...broken], rank: 2 }
}

async function itemsOf(view: FolderView, images: string, warnings: string[]): Promise<LayoutItem[]> {
  const { count } = readIdxHeader(await view.head(images), 3)
  const labels = view.files.find((path) => path === images.replace(/images?([-.])idx3/i, 'labels$1idx1'))
  if (labels === undefined) warnings.push(`There are no labels for ${images}; its pictures are used without.`)
  const name = [folderOf(images), lastOf(images).replace(imageFile, '').replace(/[-._]$/, '')].filter(Boolean).join('/')
  const item = (called: string, split: LayoutItem['splits'][number], from: number, to: number): LayoutItem => ({
    name: called,
    files: labels === undefined ? [images] : [images, labels],
    splits: [split],
    material: { what: 'images', images, labels, from, to },
  })
  if (/t10k|test/i.test(lastOf(images))) return [item(name, 'test', 0, count)]
  const kept = count - Math.floor(count * heldOut)
  return [item(name, 'train', 0, kept), ...(kept < count ? [item(`${name}, held out`, 'validation', kept, count)] : [])]
}
