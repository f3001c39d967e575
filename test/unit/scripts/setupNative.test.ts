import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { crc32, deflateRawSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { appRoot } from '#main/node/appRoot'
import { extractEntry, listWheel } from '../../../scripts/native/wheel.mjs'

const folder = mkdtempSync(join(tmpdir(), 'stemwright-wheel-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface File {
  name: string
  content: Buffer
  stored?: boolean
}

/** A zip file; `wide` writes the sizes as 64-bit numbers, as archives with large files do. */
function zip(files: readonly File[], { wide = false, comment = '' } = {}): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  const header = (size: number, fill: (buffer: Buffer) => void) => {
    const buffer = Buffer.alloc(size)
    fill(buffer)
    return buffer
  }
  for (const { name, content, stored } of files) {
    const data = stored ? content : deflateRawSync(content)
    const checksum = typeof crc32 === 'function' ? crc32(content) : 0
    const local = header(30, (b) => {
      b.writeUInt32LE(0x04034b50, 0)
      b.writeUInt16LE(stored ? 0 : 8, 8)
      b.writeUInt32LE(checksum, 14)
      b.writeUInt16LE(name.length, 26)
      // The local header may have an extra field of its own, which the directory knows nothing of.
      b.writeUInt16LE(4, 28)
    })
    const extra = header(wide ? 28 : 0, (b) => {
      if (!wide) return
      b.writeUInt16LE(1, 0)
      b.writeUInt16LE(24, 2)
      b.writeBigUInt64LE(BigInt(content.length), 4)
      b.writeBigUInt64LE(BigInt(data.length), 12)
      b.writeBigUInt64LE(BigInt(offset), 20)
    })
    directory.push(
      header(46, (b) => {
        b.writeUInt32LE(0x02014b50, 0)
        b.writeUInt16LE(stored ? 0 : 8, 10)
        b.writeUInt32LE(wide ? 0xffffffff : data.length, 20)
        b.writeUInt32LE(wide ? 0xffffffff : content.length, 24)
        b.writeUInt16LE(name.length, 28)
        b.writeUInt16LE(extra.length, 30)
        b.writeUInt32LE(wide ? 0xffffffff : offset, 42)
      }),
      Buffer.from(name),
      extra,
    )
    parts.push(local, Buffer.from(name), Buffer.alloc(4), data)
    offset += 34 + name.length + data.length
  }
  const listing = Buffer.concat(directory)
  const end = header(22, (b) => {
    b.writeUInt32LE(0x06054b50, 0)
    b.writeUInt32LE(listing.length, 12)
    b.writeUInt32LE(offset, 16)
    b.writeUInt16LE(comment.length, 20)
  })
  return Buffer.concat([...parts, listing, end, Buffer.from(comment)])
}

function write(name: string, content: Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const files: File[] = [
  { name: 'tensorflow/libtensorflow_cc.so.2', content: Buffer.alloc(300_000, 'library ') },
  { name: 'tensorflow/include/tensorflow/c/c_api.h', content: Buffer.from('#pragma once\n'), stored: true },
  { name: 'tensorflow/__init__.py', content: Buffer.alloc(0), stored: true },
]

describe('a wheel', () => {
  // Would catch an unpacker that takes sizes or places from the wrong header: the library would not load.
  test.each([
    ['with 32-bit sizes', {}],
    ['with 64-bit sizes', { wide: true }],
    ['with a comment at its end', { comment: 'PK\x05\x06 is no end here' }],
  ])('%s is listed and unpacked byte by byte', async (title, options) => {
    const path = write(`${title.replaceAll(' ', '-')}.whl`, zip(files, options))
    const entries = await listWheel(path)
    expect(entries.map(({ name, size }) => [name, size])).toEqual(files.map(({ name, content }) => [name, content.length]))
    for (const [index, entry] of entries.entries()) {
      const target = join(folder, title, entry.name)
      await extractEntry(path, entry, target)
      expect(readFileSync(target).equals(files[index]!.content)).toBe(true)
    }
  })

  test('that is none is refused', async () => {
    await expect(listWheel(write('text.whl', Buffer.from('not a zip file at all, however long it may be')))).rejects.toThrow(/not a wheel/)
  })
})

describe('npm run setup:native', () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [join(appRoot, 'scripts', 'setup-native.mjs'), ...args], {
      env: { ...process.env, CDN_STORAGE: 'http://127.0.0.1:9/' },
    }).then(
      ({ stdout }) => ({ code: 0, text: stdout }),
      (error: { code: number; stderr: string }) => ({ code: error.code, text: error.stderr }),
    )

  test('tells of options that it does not know', async () => {
    const { code, text } = await run('--wheels', 'x')
    expect(code).toBe(2)
    expect(text).toMatch(/--wheel FILE/)
  })

  // Each would catch a stack trace in place of a sentence, or a set-up that was there before and is gone.
  test.each([
    ['a missing wheel', ['--wheel', join(folder, 'nowhere.whl')], /nowhere\.whl does not exist/],
    ['a wheel without the library', ['--wheel', write('other.whl', zip(files.slice(1)))], /holds no TensorFlow library|only the default download/],
    ['a folder without headers', ['--library', folder], /c_api\.h is missing|only the default download/],
    ['a download host out of reach', [], /can't be reached\. Nothing was changed/],
  ])('explains %s', async (_, args, message) => {
    const { code, text } = await run(...args)
    expect(code).toBe(1)
    expect(text).toMatch(message)
    expect(text).not.toMatch(/^\s+at /m)
  })
})
