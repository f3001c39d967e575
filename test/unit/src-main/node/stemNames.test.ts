import { describe, expect, it } from 'vitest'
import type { AudioWriter } from '#main/node/audioWriter'
import { publishPair } from '#main/node/stemNames'

/** Writes nothing, and notes in `log` what was asked of it. */
function writer(name: string, log: string[]): AudioWriter {
  const note = (what: string) => async () => void log.push(`${name} ${what}`)
  return { temporaryPath: name, write: note('write'), writeIntegers: note('write'), seal: note('seal'), finish: note('finish'), abort: note('abort') }
}

describe('publishPair', () => {
  // Would catch: one stem with its name while the other is still being brought to the disk, and a Ctrl-C in between.
  it('names neither stem before both are complete on the disk', async () => {
    const log: string[] = []
    const wanted = { vocalsPath: '/nowhere/Song - Vocals.wav', musicPath: '/nowhere/Song - Music.wav' }
    const pair = { vocals: writer('vocals', log), music: writer('music', log) }
    expect(await publishPair(pair, wanted, true, async () => {})).toEqual(wanted)
    expect(log).toEqual(['vocals seal', 'music seal', 'vocals finish', 'music finish'])
  })
})
