import { join } from 'node:path'
import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { soundItems } from '#main/datasets/check/checkedSounds'
import type { Unreadable } from '#main/datasets/check/findings/fileFindings'
import { checkImages, type ImageSet } from '#main/datasets/check/imageCheck'
import { checkSounds } from '#main/datasets/check/soundCheck'
import type { IdxArray } from '#main/datasets/idxImages'
import type { ManifestImages } from '#main/datasets/manifest'
import { readIdxFile } from '#main/node/pictureFiles'
import { openParts, partsBelow } from '#main/node/summedSound'
import { toAppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'

/** Measures what there is to learn from; files that cannot be read are findings. @throws the signal's reason */
export async function check({ folder, manifest }: ComputeInput<'check'>, context: WorkContext): Promise<ComputeResult<'check'>> {
  if (manifest.images?.length) return checkPictures(folder, manifest.images, context)
  return checkSounds(soundItems(manifest), (parts) => openParts(partsBelow(folder, parts)), context)
}

async function checkPictures(folder: string, images: readonly ManifestImages[], context: WorkContext): Promise<ComputeResult<'check'>> {
  const files = new Map<string, Promise<IdxArray>>()
  const read = (path: string, dimensions: number) => {
    if (!files.has(path)) files.set(path, readIdxFile(join(folder, path), dimensions))
    return files.get(path)!
  }
  const sets: ImageSet[] = []
  const unreadable: Unreadable[] = []
  for (const { name, split, from, to, ...paths } of images) {
    context.signal.throwIfAborted()
    try {
      const labels = paths.labels === undefined ? undefined : await read(paths.labels, 1)
      sets.push({ name, split, from, to, images: await read(paths.images, 3), labels })
    } catch (error) {
      unreadable.push({ name, message: toAppError(error).message })
    }
  }
  return checkImages(sets, unreadable, context)
}
