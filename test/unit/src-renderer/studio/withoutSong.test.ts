import { expect, it } from 'vitest'
import { withoutSong } from '#renderer/features/studio/withoutSong'
import { addClip, placeSong, placeStems, stemPairSources } from '#shared/project/edits'
import { emptyProject } from '#shared/project/project'

const song = (id: string) => ({ id, name: id, soundId: `sound ${id}`, sampleRate: 44100, channels: 2, frames: 100 })

it('takes a deleted song off the timeline with its stems, and nothing of another song', () => {
  const two = placeSong(placeSong(emptyProject('p', 'Test'), { source: song('a'), trackId: 'ta', clipId: 'ca' }), { source: song('b'), trackId: 'tb', clipId: 'cb' })
  const pair = stemPairSources({
    mixture: song('a'),
    offset: 0,
    frames: 100,
    modelId: 'm',
    quality: 'fast',
    vocals: { id: 'v', soundId: 'sound v', name: 'Vocals' },
    accompaniment: { id: 'm', soundId: 'sound m', name: 'Music' },
  })
  const lanes = { vocals: { trackId: 'tv', clipId: 'cv' }, accompaniment: { trackId: 'tm', clipId: 'cm' } }
  const split = placeStems(two, { ...pair, mixtureClipId: 'ca', lanes })
  // A stem of the song also lies on the other song's lane, which stays.
  const mixed = addClip(split, { trackId: 'tb', clip: { id: 'guest', sourceId: 'v', start: 200 } })
  const left = withoutSong(mixed, 'sound a')
  expect(left.tracks.map(({ id, clips }) => [id, clips.map((clip) => clip.id)])).toEqual([['tb', ['cb']]])
  expect(left.sources.map(({ id }) => id)).toEqual(['b'])
  expect(withoutSong(left, 'sound a')).toBe(left)
})
