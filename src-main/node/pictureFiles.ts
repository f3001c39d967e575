import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { manifestOf } from '#main/datasets/datasetManifest'
import { readIdx, type IdxArray } from '#main/datasets/idxImages'
import { readPictureFiles } from '#main/datasets/layouts/idx'
import type { Manifest, ManifestImages, Split } from '#main/datasets/manifest'
import { groupsOfSplit } from '#main/datasets/pictures/groups'
import type { PictureSources } from '#main/datasets/pictures/pairs'
import { framePictures, joinPictures, type PictureSet } from '#main/datasets/pictures/pictureSet'
import { openDatasetFolder } from '#main/node/datasetFolder'
import { AppError } from '#shared/errors'

/**
 * An IDX file of unsigned bytes, packed with gzip or not.
 * @throws AppError FILE_NOT_FOUND, FILE_UNREADABLE; DATASET_INVALID for a folder and for what is empty, cut off, or something else
 */
export async function readIdxFile(path: string, dimensions: number): Promise<IdxArray> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  const isPacked = /\.gz$/i.test(path) || (bytes[0] === 0x1f && bytes[1] === 0x8b)
  try {
    return readIdx(isPacked && bytes.length > 0 ? await promisify(gunzip)(bytes) : bytes, dimensions)
  } catch (error) {
    if (error instanceof AppError) throw new AppError(error.code, `${path} can't be used. ${error.message}`, { cause: error })
    const what = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR' ? 'it was cut off' : 'it is damaged, or no gzip file'
    throw new AppError('DATASET_INVALID', `${path} can't be unpacked: ${what}. Download or copy it again.`, { cause: error })
  }
}

function unreadable(path: string, error: unknown): AppError {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new AppError('FILE_NOT_FOUND', `${path} is not there any more. Put it back, or add its dataset again.`, { cause: error })
  if (code === 'EISDIR') return new AppError('DATASET_INVALID', `${path} is a folder where a file of pictures or labels should be. Download or copy it again.`, { cause: error })
  return new AppError('FILE_UNREADABLE', `${path} can't be read (${code}). Check its permissions and the drive.`, { cause: error })
}

/**
 * Pictures of a dataset in `folder`, in the order of `images`, each file being read once.
 * @throws AppError what `readIdxFile` and `framePictures` throw, naming the file
 */
export async function readPictures(folder: string, images: readonly ManifestImages[]): Promise<PictureSet> {
  const files = new Map<string, Promise<IdxArray>>()
  const read = (path: string, dimensions: number) => {
    if (!files.has(path)) files.set(path, readIdxFile(join(folder, path), dimensions))
    return files.get(path)!
  }
  const sets: PictureSet[] = []
  for (const { images: file, labels, from, to } of images) {
    const [pictures, known] = [await read(file, 3), labels === undefined ? undefined : await read(labels, 1)]
    try {
      sets.push(framePictures(pictures, known, from, to))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      throw new AppError(error.code, `${join(folder, file)} can't be used. ${error.message}`, { cause: error })
    }
  }
  return joinPictures(sets)
}

/** What mixtures of a split are made of. @throws AppError DATASET_EMPTY; what `readPictures` throws */
export async function readSources(folder: string, images: readonly ManifestImages[], split: Split): Promise<PictureSources> {
  const { first, second } = groupsOfSplit(images, split)
  return { first: await readPictures(folder, first.images), second: await readPictures(folder, second.images) }
}

/**
 * What a folder, with all below it, holds in IDX files, in the splits that their names say.
 * @param without path prefixes of what is left out
 * @throws AppError FILE_NOT_FOUND, FILE_UNREADABLE; DATASET_EMPTY; DATASET_INVALID where a file of pictures can't be used
 */
export async function readPictureManifest(folder: string, without: readonly string[] = []): Promise<Manifest> {
  const view = await openDatasetFolder(folder)
  const files = view.files.filter((path) => !without.some((prefix) => path.startsWith(prefix)))
  const { items, broken } = await readPictureFiles({ ...view, files })
  if (broken.length > 0) throw new AppError('DATASET_INVALID', `In ${folder}, ${broken.join(' ')} Nothing was started.`)
  if (items.length === 0) {
    const advice = 'Files of pictures are called like train-images-idx3-ubyte.gz.'
    throw new AppError('DATASET_EMPTY', `${folder} holds no IDX file of pictures. Nothing was started. ${advice}`)
  }
  const splits = Object.fromEntries(items.map(({ name, splits: [split] }) => [name, split!]))
  return manifestOf(items, splits, () => undefined)
}
