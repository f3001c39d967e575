import { fetchFile } from '#renderer/api/connectionLost'
import { colourMap } from '#renderer/timeline/colourMaps'

/** Pictures that are kept, of some 300 kB each: all checkpoints of a clip, so that scrubbing never waits for one. */
const mostKept = 96
const kept = new Map<string, Promise<ImageData>>()

/** Returns a grey spectrogram in the colours of the timeline's. @throws when it cannot be fetched */
export function spectrogramPicture(url: string): Promise<ImageData> {
  const known = kept.get(url)
  if (known) {
    kept.delete(url)
    kept.set(url, known)
    return known
  }
  const loading = fetchColoured(url)
  kept.set(url, loading)
  loading.catch(() => kept.delete(url))
  for (const oldest of kept.keys()) {
    if (kept.size <= mostKept) break
    kept.delete(oldest)
  }
  return loading
}

async function fetchColoured(url: string): Promise<ImageData> {
  const response = await fetchFile(url)
  if (!response.ok) throw new Error(`The spectrogram is not there any more (status ${response.status}).`)
  const image = await createImageBitmap(await response.blob())
  const pen = new OffscreenCanvas(image.width, image.height).getContext('2d')!
  pen.drawImage(image, 0, 0)
  image.close()
  const picture = pen.getImageData(0, 0, image.width || pen.canvas.width, image.height || pen.canvas.height)
  const colours = colourMap('magma')
  const { data } = picture
  for (let at = 0; at < data.length; at += 4) data.set(colours.subarray(4 * data[at]!, 4 * data[at]! + 4), at)
  return picture
}
