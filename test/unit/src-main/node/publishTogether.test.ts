import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAudioWriter } from '#main/node/audioWriter'
import { publishTogether, type WaitingFile } from '#main/node/publishTogether'
import { AppError } from '#shared/errors'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'publish-'))))
afterEach(() => rmSync(folder, { recursive: true }))

/** Writes nothing, and notes in `log` what was asked of it. */
function noting(name: string, log: string[]): WaitingFile {
  const note = (what: string) => async () => void log.push(`${name} ${what}`)
  return { path: `/nowhere/${name}.wav`, writer: { seal: note('seal'), finish: note('finish') } }
}

async function written(name: string): Promise<WaitingFile> {
  const path = join(folder, name)
  const writer = await createAudioWriter(path, { format: 'wav16', sampleRate: 8000, channels: 1, reserve: false })
  await writer.write([new Float32Array(10)])
  return { path, writer }
}

describe('publishTogether', () => {
  // Would catch: one file with its name while the next is still being brought to the disk, and a Ctrl-C in between.
  it('names no file before all are complete on the disk', async () => {
    const log: string[] = []
    await publishTogether([noting('a', log), noting('b', log), noting('c', log)], true)
    expect(log).toEqual(['a seal', 'b seal', 'c seal', 'a finish', 'b finish', 'c finish'])
  })

  it('gives all the number that is free for all, and replaces nothing', async () => {
    writeFileSync(join(folder, 'b.wav'), 'mine')
    writeFileSync(join(folder, 'a (2).wav'), 'mine')
    const names = await publishTogether([await written('a.wav'), await written('b.wav')] as const, false)
    expect(names).toEqual([join(folder, 'a (3).wav'), join(folder, 'b (3).wav')])
    expect(readdirSync(folder).sort()).toEqual(['a (2).wav', 'a (3).wav', 'b (3).wav', 'b.wav'])
  })

  it('takes back what it named when a later file cannot be named', async () => {
    const first = await written('a.wav')
    const failing = { path: join(folder, 'b.wav'), writer: { seal: async () => {}, finish: () => Promise.reject(new AppError('DISK_FULL', 'full')) } }
    await expect(publishTogether([first, failing], false)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(readdirSync(folder)).toEqual([])
  })
})
