import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesPresent, fetchFile, type RemoteFile } from '#main/node/downloads/fetchFile'
import { randomStream } from '#shared/random'
import { toAppError } from '#shared/errors'
import { serveFiles, type FileServer } from '#test/fileServer'

const random = randomStream(7)
const content = Uint8Array.from({ length: 300_000 }, () => random.integer(256))
const md5 = createHash('md5').update(content).digest('hex')
const patience = { attempts: 3, pauseMs: 1, stallMs: 300 }

let folder: string
let server: FileServer
let file: RemoteFile

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stemwright-download-'))
  server = await serveFiles({ '/data.bin': content })
  file = { url: `${server.origin}/data.bin`, name: 'data.bin', bytes: content.length, md5 }
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const told: [number, number][] = []
const watching = (signal: AbortSignal = new AbortController().signal) => {
  told.length = 0
  return { signal, onBytes: (present: number, total: number) => void told.push([present, total]) }
}
const fetched = (signal?: AbortSignal) => fetchFile(file, folder, watching(signal), patience)
const isWhole = () => readFileSync(join(folder, 'data.bin')).equals(content)
const codeOf = (work: Promise<unknown>) => work.then(() => 'done', (error: unknown) => toAppError(error).code)

describe('download of a file', () => {
  it('arrives whole, says how far it is, and asks nobody once it is there', async () => {
    await fetched()
    expect(isWhole()).toBe(true)
    expect(told.at(-1)).toEqual([content.length, content.length])
    await fetched()
    expect(server.ranges).toEqual([undefined])
  })

  it('goes on by itself where the connection broke, from the very byte', async () => {
    server.behave({ breakAfter: 100_000 }, { breakAfter: 50_000 }, {})
    await fetched()
    expect(isWhole()).toBe(true)
    expect(server.ranges[0]).toBeUndefined()
    const starts = server.ranges.slice(1).map((range) => Number(/^bytes=(\d+)-$/.exec(range!)![1]))
    expect(starts.length).toBe(2)
    expect(starts[0]).toBeGreaterThan(0)
    expect(starts[1]).toBeGreaterThan(starts[0]!)
  })

  it('gives up where nothing comes, keeps what came, and goes on from there the next time', async () => {
    server.behave({ breakAfter: 120_000 }, { status: 503 })
    expect(await codeOf(fetched())).toBe('DOWNLOAD_FAILED')
    const kept = statSync(join(folder, 'data.bin.part')).size
    expect(kept).toBeGreaterThan(0)
    expect(await bytesPresent(file, folder)).toBe(kept)
    server.behave({})
    await fetched()
    expect(isWhole()).toBe(true)
    expect(server.ranges.at(-1)).toBe(`bytes=${kept}-`)
  })

  it('does not append the whole file to a part of it, where a server knows no ranges', async () => {
    writeFileSync(join(folder, 'data.bin.part'), content.subarray(0, 70_000))
    server.behave({ ignoresRanges: true })
    await fetched()
    expect(isWhole()).toBe(true)
  })

  it('takes a part that is the whole file for what it is, and throws away one that is longer', async () => {
    writeFileSync(join(folder, 'data.bin.part'), content)
    await fetched()
    expect(isWhole()).toBe(true)
    rmSync(join(folder, 'data.bin'))
    writeFileSync(join(folder, 'data.bin.part'), Buffer.concat([content, content]))
    await fetched()
    expect(isWhole()).toBe(true)
  })

  it('notices a connection on which nothing more comes', async () => {
    server.behave({ stallAfter: 90_000 }, {})
    await fetched()
    expect(isWhole()).toBe(true)
    expect(server.ranges.length).toBe(2)
  })

  it('keeps nothing whose checksum is wrong, so that the next try begins anew', async () => {
    writeFileSync(join(folder, 'data.bin.part'), new Uint8Array(1000))
    expect(await codeOf(fetched())).toBe('DOWNLOAD_FAILED')
    expect(existsSync(join(folder, 'data.bin'))).toBe(false)
    expect(await bytesPresent(file, folder)).toBe(0)
    await fetched()
    expect(isWhole()).toBe(true)
  })

  it('says at once that a file has moved, and that a folder cannot be written', async () => {
    server.behave({ status: 404 })
    expect(await codeOf(fetched())).toBe('DOWNLOAD_FAILED')
    expect(server.ranges.length).toBe(1)
    server.behave({})
    expect(await codeOf(fetchFile(file, join(folder, 'data.bin.part', 'missing'), watching(), patience))).toBe('OUTPUT_NOT_WRITABLE')
  })

  it('stops at once when it is cancelled, with its part kept', async () => {
    server.behave({ stallAfter: 150_000 })
    const controller = new AbortController()
    const work = fetchFile(file, folder, watching(controller.signal), { ...patience, stallMs: 60_000 })
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort()
    await expect(work).rejects.toThrow('abort')
    expect(await bytesPresent(file, folder)).toBeGreaterThan(0)
  })
})
