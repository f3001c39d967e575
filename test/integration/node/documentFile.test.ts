import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDocumentFile } from '#main/node/documentFile'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'stemwright-document-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a document on the disk', () => {
  it('is made with its folder, replaced whole, and leaves nothing half-written beside it', async () => {
    const file = createDocumentFile(join(folder, 'data', 'settings.json'))
    expect(await file.read()).toBeUndefined()
    await file.write('one')
    await file.write('two, ä')
    expect(await file.read()).toBe('two, ä')
    expect(readdirSync(join(folder, 'data'))).toEqual(['settings.json'])
  })

  it('keeps every one that is set aside', async () => {
    const path = join(folder, 'settings.json')
    const file = createDocumentFile(path)
    const places: string[] = []
    for (const content of ['first', 'second']) {
      writeFileSync(path, content)
      places.push(await file.setAside())
    }
    expect(places.map((place) => readFileSync(place, 'utf8'))).toEqual(['first', 'second'])
    expect(existsSync(path)).toBe(false)
  })

  it('says which file it cannot write or read', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(createDocumentFile(join(folder, 'file', 'settings.json')).write('x')).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' })
    await expect(createDocumentFile(folder).read()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})
