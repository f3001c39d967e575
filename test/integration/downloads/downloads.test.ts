import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CatalogueEntry } from '#main/datasets/downloadCatalogue'
import { downloadCatalogue } from '#main/datasets/downloadCatalogue'
import { hasSplit } from '#main/datasets/pictures/groups'
import { createDownloads } from '#main/node/downloads/downloads'
import { ZipArchive } from '#main/node/downloads/zipArchive'
import { createDownloadService } from '#main/services/downloadService'
import { createJobQueue } from '#main/services/jobQueue'
import { toAppError } from '#shared/errors'
import { encodeWav } from '#shared/audio/wavCodec'
import { blip, idxFiles, openDatasets, rate } from '#test/datasetFiles'
import { serveFiles, type FileServer } from '#test/fileServer'
import { quietContext } from '#test/soundFiles'

let root: string
let server: FileServer

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stemwright-downloads-'))
})
afterEach(async () => {
  await server?.close()
  rmSync(root, { recursive: true, force: true })
})

const sound = encodeWav({ sampleRate: rate, channels: blip(3) }, 'float32')
const codeOf = (work: Promise<unknown>) => work.then(() => 'done', (error: unknown) => toAppError(error).code)
const patience = { attempts: 2, pauseMs: 1, stallMs: 2000 }

/** A ZIP archive of these files, the first of them stored and the others deflated; `wrong` is given a wrong checksum. */
function zip(files: Readonly<Record<string, Uint8Array>>, { wrong = '', long = false } = {}): Buffer {
  const [bodies, directory]: [Buffer[], Buffer[]] = [[], []]
  let position = 0
  for (const [index, [name, content]] of Object.entries(files).entries()) {
    const packed = index === 0 ? Buffer.from(content) : deflateRawSync(content)
    const method = index === 0 ? 0 : 8
    const crc = name === wrong ? 12345 : crc32(content)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(Buffer.byteLength(name), 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(crc, 16)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(content.length, 24)
    entry.writeUInt16LE(Buffer.byteLength(name), 28)
    const extra = long ? Buffer.alloc(12) : Buffer.alloc(0)
    if (long) {
      extra.writeUInt16LE(1, 0)
      extra.writeUInt16LE(8, 2)
      extra.writeBigUInt64LE(BigInt(position), 4)
      entry.writeUInt16LE(extra.length, 30)
    }
    entry.writeUInt32LE(long ? 0xffffffff : position, 42)
    directory.push(entry, Buffer.from(name), extra)
    bodies.push(header, Buffer.from(name), packed)
    position += 30 + Buffer.byteLength(name) + packed.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(position, 16)
  return Buffer.concat([...bodies, list, end])
}

function entryOf(archive: Uint8Array, atLeast: number, checked = true): CatalogueEntry {
  const md5 = createHash('md5').update(archive).digest('hex')
  return {
    id: 'noises',
    name: 'Noises',
    summary: 'Some noises.',
    layout: 'esc',
    licence: 'CC0',
    source: server.origin,
    files: [{ url: `${server.origin}/noises.zip`, name: 'noises.zip', bytes: archive.length, archive: true, ...(checked && { md5 }) }],
    keep: { name: /\.wav$/, atLeast },
  }
}

const noises = (folder = 'noises-master/') => ({
  [`${folder}README.md`]: Buffer.from('Not wanted.'),
  [`${folder}dog/1-100-A.wav`]: sound,
  [`${folder}dog/4-200-A.wav`]: sound,
  [`${folder}rain/5-300-A.wav`]: sound,
})

async function offered(archive: Uint8Array, atLeast = 3, checked = true) {
  server = await serveFiles({ '/noises.zip': archive })
  return createDownloads(join(root, 'downloads'), [entryOf(archive, atLeast, checked)], patience)
}

describe('downloads', () => {
  it('ask nobody before one of them is wanted', async () => {
    const downloads = await offered(zip(noises()))
    expect(await downloads.list()).toMatchObject([{ id: 'noises', licence: 'CC0', present: 0 }])
    expect(server.ranges).toEqual([])
    expect(existsSync(join(root, 'downloads'))).toBe(false)
  })

  it('become a folder in one step, without what is not wanted and without the folder at the top', async () => {
    const downloads = await offered(zip(noises()))
    const { folder, layout } = await downloads.download('noises', quietContext())
    expect(layout).toBe('esc')
    expect(readdirSync(folder).toSorted()).toEqual(['dog', 'rain'])
    expect(readFileSync(join(folder, 'rain', '5-300-A.wav')).equals(sound)).toBe(true)
    expect(readdirSync(join(root, 'downloads'))).toEqual(['noises'])
    const [listed] = await downloads.list()
    expect(listed!.present).toBe(listed!.bytes)
  })

  it('go on after they were broken off, and say how much is there', async () => {
    const archive = zip(noises())
    const downloads = await offered(archive)
    server.behave({ breakAfter: 5000 }, { status: 503 })
    expect(await codeOf(downloads.download('noises', quietContext()))).toBe('DOWNLOAD_FAILED')
    const { present } = (await downloads.list())[0]!
    expect(present).toBeGreaterThan(0)
    expect(existsSync(join(root, 'downloads', 'noises'))).toBe(false)
    server.behave({})
    await downloads.download('noises', quietContext())
    expect(server.ranges.at(-1)).toBe(`bytes=${present}-`)
  })

  it.each([
    ['a file that does not match its checksum', zip(noises(), { wrong: 'noises-master/rain/5-300-A.wav' })],
    ['a file that would be written elsewhere', zip({ 'a/1.wav': sound, 'a/../../2.wav': sound, 'a/3.wav': sound })],
    ['too few files', zip({ 'a/1-1-A.wav': sound })],
    ['no list of its files', zip(noises()).subarray(0, 4000)],
    ['a web page', Buffer.from('<html>Please sign in</html>')],
  ])('keep nothing of an archive with %s', async (_, archive) => {
    const downloads = await offered(archive, 3, false)
    expect(await codeOf(downloads.download('noises', quietContext()))).toBe('DOWNLOAD_FAILED')
    expect(existsSync(join(root, 'downloads', 'noises'))).toBe(false)
    expect(existsSync(join(root, '2.wav'))).toBe(false)
    expect((await downloads.list())[0]!.present).toBe(0)
  })

  it('read archives whose positions stand in long fields', async () => {
    const path = join(root, 'long.zip')
    writeFileSync(path, zip(noises(), { long: true }))
    const archive = await ZipArchive.open(path)
    await archive.extract(archive.entries[3]!, root, 'out.wav')
    await archive.close()
    expect(readFileSync(join(root, 'out.wav')).equals(sound)).toBe(true)
  })

  it('end up as datasets, once however often they are asked for', async () => {
    const downloads = await offered(zip(noises()))
    const { datasets, close } = openDatasets(join(root, 'library'))
    let count = 0
    const queue = createJobQueue(() => `job ${++count}`, () => {})
    const service = createDownloadService({ downloads, datasets, queue })
    const job = await service.download('noises')
    expect((await service.download('noises')).id).toBe(job.id)
    const { state } = await queue.finished(job.id)
    expect(state).toMatchObject({ status: 'succeeded', result: { name: 'Noises', layout: 'esc', content: 'clips' } })
    await queue.finished((await service.download('noises')).id)
    expect((await datasets.list()).map(({ name }) => name)).toEqual(['Noises'])
    expect(await codeOf(service.download('other'))).toBe('INVALID_INPUT')
    close()
  })

  it('are cancelled with the part kept', async () => {
    const downloads = await offered(zip(noises()))
    server.behave({ stallAfter: 4000 })
    const controller = new AbortController()
    const work = downloads.download('noises', { ...quietContext(controller.signal), onProgress: () => controller.abort() })
    await expect(work).rejects.toThrow('abort')
    expect((await downloads.list())[0]!.present).toBeGreaterThan(0)
  })

  it('of several plain files lie side by side', async () => {
    const files = idxFiles(20, 10)
    server = await serveFiles(Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`/${name}`, bytes])))
    const { keep: _, ...entry } = entryOf(new Uint8Array(1), 1)
    const plain = Object.entries(files).map(([name, bytes]) => ({ url: `${server.origin}/${name}`, name, bytes: bytes.length }))
    const downloads = createDownloads(join(root, 'downloads'), [{ ...entry, layout: 'idx', files: plain }], patience)
    const told: number[] = []
    const { folder } = await downloads.download('noises', { ...quietContext(), onProgress: ({ completed, total }) => void (told.push(completed), expect(total).toBeGreaterThanOrEqual(completed)) })
    expect(readdirSync(folder).toSorted()).toEqual(Object.keys(files).toSorted())
    expect(told).toEqual(told.toSorted((a, b) => a - b))
  })

  // Would catch files of the same name that overwrite one another, and pictures of two kinds that end up in one heap.
  it('of two kinds of pictures lie in a folder of each, goes on where it broke off, and is one dataset that mixtures are made of', async () => {
    const files = idxFiles(24, 10)
    const names = Object.keys(files)
    const placed = ['mnist', 'fashion-mnist'].flatMap((kind) => names.map((name) => ({ kind, name, bytes: files[name]! })))
    server = await serveFiles(Object.fromEntries(placed.map(({ kind, name, bytes }) => [`/${kind}/${name}`, bytes])))
    const { keep: _, ...entry } = entryOf(new Uint8Array(1), 1)
    const plain = placed.map(({ kind, name, bytes }) => ({ url: `${server.origin}/${kind}/${name}`, name: `${kind}/${name}`, bytes: bytes.length }))
    const downloads = createDownloads(join(root, 'downloads'), [{ ...entry, layout: 'idx', files: plain }], patience)
    server.behave({}, { breakAfter: 10 }, { status: 404 })
    expect(await codeOf(downloads.download('noises', quietContext()))).toBe('DOWNLOAD_FAILED')
    expect((await downloads.list())[0]!.present).toBeGreaterThan(files[names[0]!]!.length)
    server.behave({})
    const { folder, layout, name } = await downloads.download('noises', quietContext())
    for (const { kind, name: file, bytes } of placed) expect(readFileSync(join(folder, kind, file)).equals(bytes)).toBe(true)
    const { datasets, close } = openDatasets(join(root, 'library'))
    const { id } = await datasets.add({ folder, layout, name })
    const { manifest } = await datasets.open(id)
    expect(hasSplit(manifest.images!, 'train') && hasSplit(manifest.images!, 'test')).toBe(true)
    close()
  })
})

describe('the catalogue', () => {
  it('names each thing once, with where it is from and under which terms', () => {
    expect(new Set(downloadCatalogue.map(({ id }) => id)).size).toBe(downloadCatalogue.length)
    for (const { licence, source, files } of downloadCatalogue) {
      expect(licence).not.toBe('')
      expect(source).toMatch(/^https?:/)
      expect(new Set(files.map(({ name }) => name)).size).toBe(files.length)
      for (const { url, md5, archive } of files) {
        expect(url).toMatch(/^https:/)
        // What has no checksum must at least be an archive, whose files have theirs.
        expect(md5 === undefined ? archive : /^[0-9a-f]{32}$/.test(md5)).toBe(true)
      }
    }
  })
})
