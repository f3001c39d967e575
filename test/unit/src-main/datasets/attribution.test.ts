import { describe, expect, it } from 'vitest'
import { attributionLines, readAttributions, weightsLicence } from '#main/datasets/attribution'

const table = `file\trepository\tpath\tcommit\tlicence
voices/x/a.ogg\tsomebody/voices\ta.wav\tabc\tCC BY-NC-SA 4.0
voices/x/b.ogg\tsomebody/voices\tb.wav\tabc\tCC BY-NC-SA 4.0
music/y/c.ogg\tband/music\tc.mp3\tdef\tCC BY 3.0
stems/z\tgroup/album\tz\t123\tCC0
`

describe('attribution', () => {
  const attributions = readAttributions(table)

  it('names each source once, and none that was not used', () => {
    expect(attributionLines(attributions, ['voices/x/a.ogg', 'voices/x/b.ogg', 'stems/z/vocals.ogg'])).toEqual([
      'voices/x: somebody/voices, CC BY-NC-SA 4.0',
      'stems: group/album, CC0',
    ])
  })

  it('gives weights the strictest licence of what they learned from', () => {
    expect(weightsLicence(attributionLines(attributions, ['voices/x/a.ogg', 'music/y/c.ogg']))).toBe('CC BY-NC-SA 4.0')
    expect(weightsLicence(attributionLines(attributions, ['music/y/c.ogg']))).toBe('CC BY-SA 4.0')
    expect(weightsLicence([])).toBe('As your recordings allow')
  })
})
