import { anySplit, type FolderView, type LayoutItem, type ReadLayout } from '#main/datasets/layouts/layout'
import { baseOf, counted, folderOf, groupBy, isSound, lastOf } from '#main/datasets/layouts/paths'

/** What IRMAS calls its instruments; `voi` is the human voice. */
const instruments = new Set(['cel', 'cla', 'flu', 'gac', 'gel', 'org', 'pia', 'sax', 'tru', 'vio', 'voi'])

/**
 * IRMAS: `IRMAS-TrainingData/voi/[voi][pop_roc]0063__1.wav`, three excerpts of a song, and `IRMAS-TestingData-Part*` with a text
 * file of instruments beside each recording. Only recordings with a voice are used, as mixtures.
 * @see Bosch et al., "A comparison of sound segregation techniques for predominant instrument recognition in musical audio
 * signals", 2012
 */
export const readIrmas: ReadLayout = async (view) => {
  const sounds = view.files.filter(isSound)
  const training = sounds.filter((path) => instruments.has(lastOf(folderOf(path))) && /^\[(\w{3})\]/.test(baseOf(path)))
  const annotated = await annotatedSounds(view, sounds)
  if (training.length === 0 && annotated.length === 0) return undefined
  const voices = training.filter((path) => lastOf(folderOf(path)) === 'voi')
  const sung = annotated.filter(({ hasVoice }) => hasVoice).map(({ path }) => path)
  const items = [...songsOf(voices, 'train'), ...songsOf(sung, 'test')]
  if (items.length === 0) return undefined
  const left = training.length - voices.length + annotated.length - sung.length
  return {
    content: 'mixtures',
    items,
    summary: `${counted(voices.length + sung.length, 'excerpt')} with a voice, of ${counted(items.length, 'song')}`,
    warnings: left > 0 ? [`${counted(left, 'excerpt')} without a voice ${left === 1 ? 'was' : 'were'} left out.`] : [],
    rank: 2,
  }
}

/** Recordings with a text file beside them that lists instruments. */
async function annotatedSounds(view: FolderView, sounds: readonly string[]): Promise<{ path: string; hasVoice: boolean }[]> {
  const files = new Set(view.files)
  const candidates = sounds.filter((path) => files.has(annotationOf(path)))
  const found: { path: string; hasVoice: boolean }[] = []
  for (const path of candidates) {
    const listed = (await view.text(annotationOf(path))).split(/\s+/).filter(Boolean)
    if (listed.length > 0 && listed.every((name) => instruments.has(name))) found.push({ path, hasVoice: listed.includes('voi') })
  }
  return found
}

function annotationOf(path: string): string {
  return path.replace(/\.[^.]+$/, '.txt')
}

/** Excerpts of one song are one item: they must not be in two splits. */
function songsOf(paths: readonly string[], side: 'train' | 'test'): LayoutItem[] {
  const songs = groupBy(paths, (path) => `${side === 'train' ? 'training' : 'testing'} ${songOf(baseOf(path))}`)
  return [...songs].map(([name, files]) => ({
    name,
    files,
    splits: side === 'train' ? anySplit.filter((split) => split !== 'test') : ['test'],
    material: { what: 'mixture', recordings: files.map((path) => ({ path, group: name })) },
  }))
}

/** "[voi][pop_roc]0063__2" and "01 - Song-7" are excerpts of "0063" and of "01 - Song". */
function songOf(base: string): string {
  return base.replace(/^(\[[^\]]*\])+/, '').replace(/__\d+$|-\d+$/, '')
}
