import { describe, expect, it } from 'vitest'
import { distinctNames, fillTemplate, safeFileName, templateProblem } from '#shared/project/fileNames'

const values = { title: 'Song', stem: 'Vocals', model: 'duovae', date: '2026-11-20' }

describe('templates of file names', () => {
  it.each([
    ['{title} - {stem}', 'Song - Vocals'],
    ['{date} {title} [{model}] {stem}', '2026-11-20 Song [duovae] Vocals'],
    ['take', 'take'],
  ])('%s becomes %s', (template, name) => expect(fillTemplate(template, values)).toBe(name))

  // Would catch: "Song - " or "Song []" where there is no model.
  it.each([
    ['{title} - {model}', 'Song'],
    ['{model} - {title}', 'Song'],
    ['{title} - {model} - {stem}', 'Song - Vocals'],
    ['{title} [{model}] {stem}', 'Song Vocals'],
    ['{title}_{model}_{stem}', 'Song_Vocals'],
    ['{title} - ({model})', 'Song'],
  ])('%s without a model becomes %s', (template, name) => expect(fillTemplate(template, { ...values, model: '' })).toBe(name))

  it('a title is text, whatever it looks like', () => {
    expect(fillTemplate('{title} - {stem}', { ...values, title: '{date} $& {stem}' })).toBe('{date} $& {stem} - Vocals')
    expect(fillTemplate('{title} - {stem}', { ...values, title: 'AC/DC: "Live"?' })).toBe('AC_DC_ _Live__ - Vocals')
  })

  // Would catch: two stems of a long title that get one name.
  it('a title that is too long gives way to the stem', () => {
    const name = fillTemplate('{title} - {stem}', { ...values, title: '夜'.repeat(300) })
    expect(name.endsWith(' - Vocals')).toBe(true)
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(200)
    expect(name).not.toContain('\ufffd')
  })

  it('says what it does not know', () => {
    expect(templateProblem('{titel}')).toContain('{titel}')
    expect(templateProblem('  ')).toContain('empty')
    expect(templateProblem('{title} {stem} {model} {date}')).toBeUndefined()
  })
})

describe('names for every system', () => {
  it.each([
    ['a<b>c:d"e/f\\g|h?i*j', 'a_b_c_d_e_f_g_h_i_j'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['.hidden', 'hidden'],
    ['ends with dots...', 'ends with dots'],
    [' spaced ', 'spaced'],
    ['CON', '_CON'],
    ['nul.take', '_nul.take'],
    ['com1', '_com1'],
    ['Concert', 'Concert'],
    ['tab\tand\u0000nul', 'tab_and_nul'],
    ['half \ud83d pair', 'half _ pair'],
    ['gpj\u202e.exe', 'gpj.exe'],
    ['e\u0301', '\u00e9'],
    ['...', 'Untitled'],
    ['', 'Untitled'],
    ['Größe – 夜 🎤', 'Größe – 夜 🎤'],
  ])('%j becomes %j', (name, safe) => expect(safeFileName(name)).toBe(safe))

  it('names of one export differ also where A and a are the same', () => {
    expect(distinctNames(['Song', 'song', 'Song', 'Song 2'])).toEqual(['Song', 'song 2', 'Song 3', 'Song 2 2'])
  })
})
