import { createHash } from 'node:crypto'
import { type FileHandle, open, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { reporting } from '#main/node/stagingFolder'
import { TemporaryFile } from '#main/node/temporaryFile'
import { publishTogether } from '#main/node/publishTogether'
import { AppError } from '#shared/errors'

/** How the files are called that models are passed on in. */
const packageExtension = '.stemwright-model'

/**
 * A model in one file: these 16 bytes, the version and the length of the list as 32-bit numbers (low byte first), the list as
 * JSON, and the files of the list one after the other.
 */
const magic = new TextEncoder().encode('STEMWRIGHT-MODEL')
const version = 1
const headLength = magic.length + 8

/** More than any model of this app; a list that says more is not believed. */
const longestList = 1 << 20
const largestFile = 2 ** 31

/** Files that a model may consist of; it has a card, and one of the two that compute. */
const fileNames = ['card.json', 'weights.safetensors', 'network.onnx', 'history.jsonl'] as const
const fileList = z.object({
  files: z.array(z.object({ name: z.enum(fileNames), size: z.int().nonnegative(), sha256: z.string().length(64) })).min(2).max(fileNames.length),
})

/**
 * Writes the model in `directory` as one file, numbered where its name is taken, and returns its path.
 * @throws AppError MODEL_NOT_FOUND, OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function packModel(directory: string, path: string): Promise<string> {
  const present: string[] = await readdir(directory).catch(() => [])
  const names = fileNames.filter((name) => present.includes(name))
  if (!names.includes('card.json')) throw new AppError('MODEL_NOT_FOUND', `There is no complete model in ${directory}. Nothing was written.`)
  const contents = await Promise.all(names.map((name) => readFile(join(directory, name))))
  const files = names.map((name, i) => ({ name, size: contents[i]!.length, sha256: sha256(contents[i]!) }))
  const list = new TextEncoder().encode(JSON.stringify({ files }))
  const head = new Uint8Array(headLength)
  head.set(magic)
  new DataView(head.buffer).setUint32(magic.length, version, true)
  new DataView(head.buffer).setUint32(magic.length + 4, list.length, true)
  const file = await TemporaryFile.create(path)
  try {
    await reporting(path, () => writeFile(file.path, [head, list, ...contents]))
    const waiting = { writer: { seal: () => file.sync(), finish: (name: string) => file.publish(false, name) }, path }
    return (await publishTogether([waiting] as const, false))[0]
  } finally {
    await file.discard()
  }
}

/**
 * Writes the files of a packed model into `folder`, each checked against its SHA-256.
 * @throws AppError FILE_NOT_FOUND; INVALID_INPUT for a file that is none; MODEL_INCOMPATIBLE for one of a newer version;
 *   MODEL_CORRUPT for one that is damaged, cut short, or too large; OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function unpackModel(path: string, folder: string): Promise<void> {
  const source = await open(path).catch((cause: unknown) => {
    throw new AppError('FILE_NOT_FOUND', `${path} is not there, or can't be read. Nothing was imported.`, { cause })
  })
  try {
    const { size } = await source.stat()
    const { files, start } = await readList(source, size, path)
    let at = start
    for (const file of files) {
      const content = await readExactly(source, at, file.size)
      if (sha256(content) !== file.sha256) throw corrupt(path, `${file.name} in it is not what was written (SHA-256 differs)`)
      await reporting(folder, () => writeFile(join(folder, file.name), content, { flush: true }))
      at += file.size
    }
  } finally {
    await source.close()
  }
}

async function readList(source: FileHandle, size: number, path: string) {
  const head = await readExactly(source, 0, Math.min(headLength, size))
  if (!magic.every((byte, i) => head[i] === byte)) {
    const wanted = `Models are files that end in ${packageExtension}`
    throw new AppError('INVALID_INPUT', `${path} is no model of Stemwright. Nothing was imported. ${wanted}; other networks are imported as ONNX.`)
  }
  if (head.length < headLength) throw corrupt(path, 'it is cut short')
  const view = new DataView(head.buffer, head.byteOffset)
  const found = view.getUint32(magic.length, true)
  if (found !== version) throw new AppError('MODEL_INCOMPATIBLE', `${path} was written by a newer Stemwright (format ${found}). Nothing was imported; update Stemwright.`)
  const length = view.getUint32(magic.length + 4, true)
  if (length > longestList) throw corrupt(path, 'its list of files is longer than any')
  if (size < headLength + length) throw corrupt(path, 'it is cut short')
  const files = parseList(new TextDecoder().decode(await readExactly(source, headLength, length)), path)
  const start = headLength + length
  const end = files.reduce((sum, file) => sum + file.size, start)
  if (end > largestFile) throw corrupt(path, `it says that it holds ${Math.round(end / 2 ** 20)} MB, more than any model`)
  if (end !== size) throw corrupt(path, end > size ? `it is cut short: ${size} of ${end} bytes are there` : `${size - end} bytes follow its end`)
  return { files, start }
}

function parseList(text: string, path: string) {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw corrupt(path, 'its list of files is no JSON')
  }
  const parsed = fileList.safeParse(json)
  if (!parsed.success) throw corrupt(path, `its list of files can't be used: ${z.prettifyError(parsed.error)}`)
  const { files } = parsed.data
  const names = new Set(files.map(({ name }) => name))
  if (names.size < files.length) throw corrupt(path, 'it names a file twice')
  if (!names.has('card.json') || names.has('weights.safetensors') === names.has('network.onnx')) {
    throw corrupt(path, 'it lacks the card or the network of a model')
  }
  return files
}

async function readExactly(source: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await source.read(bytes, 0, length, position)
  return bytes.subarray(0, bytesRead)
}

function corrupt(path: string, what: string): AppError {
  return new AppError('MODEL_CORRUPT', `${path} is damaged: ${what}. Nothing was imported; get the file again.`)
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
