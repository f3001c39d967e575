import { describe, expect, it } from 'vitest'
import { UsageError } from '#main/hosts/cli/command'
import { parseOptions } from '#main/hosts/cli/options'

const parse = (...args: string[]) => parseOptions(args, '/songs')

describe('options of separate', () => {
  it('means the demo song and the documented defaults without arguments', () => {
    expect(parse()).toEqual({
      inputs: [],
      out: '/songs/stems',
      format: 'wav24',
      model: undefined,
      quality: 'fast',
      start: undefined,
      length: undefined,
      overwrite: false,
      json: false,
      help: false,
    })
  })

  it('takes every option beside files, in any order', () => {
    const options = parse('a.mp3', '--out', '../x', '--format', 'flac', 'b/', '--quality=best', '--start', '30', '--length', '0.5', '--model', 'm', '--json', '--overwrite')
    expect(options).toMatchObject({ inputs: ['a.mp3', 'b/'], out: '/x', format: 'flac', quality: 'best', start: 30, length: 0.5, model: 'm', json: true, overwrite: true })
  })

  it.each([
    ['--format', 'wav'],
    ['--quality', 'good'],
    ['--start', '-1'],
    ['--start', ''],
    ['--start', 'soon'],
    ['--length', '0'],
    ['--length', 'Infinity'],
    ['--out'],
    ['--unknown'],
    ['--json=yes'],
  ])('refuses %s %s', (...args) => {
    expect(() => parse(...args)).toThrow(UsageError)
  })
})
