import { describe, expect, it } from 'vitest'
import { outputError } from '#main/node/outputError'
import { AppError } from '#shared/errors'

const failure = (code: string) => Object.assign(new Error(code), { code })

describe('outputError', () => {
  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EACCES', 'OUTPUT_NOT_WRITABLE'],
    ['EROFS', 'OUTPUT_NOT_WRITABLE'],
    ['ENOTDIR', 'OUTPUT_NOT_WRITABLE'],
  ])('%s is %s, with the path', (system, code) => {
    const told = outputError('/music/song.wav', failure(system)) as AppError
    expect(told).toBeInstanceOf(AppError)
    expect(told.code).toBe(code)
    expect(told.message).toContain('/music/song.wav')
  })

  // Would catch: a defect of ours, or a cancel, dressed up as a problem of the user's disk.
  it('leaves everything else alone', () => {
    for (const error of [new Error('defect'), new AppError('AUDIO_SILENT', 'silent'), failure('ERR_INVALID_ARG_TYPE')]) {
      expect(outputError('/music/song.wav', error)).toBe(error)
    }
  })
})
