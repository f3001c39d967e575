import { anySplit, type FolderView, type LayoutItem, type ReadLayout } from '#main/datasets/layouts/layout'
import { baseOf, counted, folderOf, groupBy, lastOf } from '#main/datasets/layouts/paths'
import type { Split } from '#shared/contract/datasets'

/** `fold-source-take` or `fold-source-take-class`. */
const clipName = /^([1-5])-(\d+)-([A-Z]\d*)(?:-(\d+))?$/
const sound = /\.(wav|ogg|flac)$/i

/** ESC's folds as splits: clips of one source are in one fold, so that folds may be held out. */
const splitOfFold: Readonly<Record<string, Split>> = { 1: 'train', 2: 'train', 3: 'train', 4: 'validation', 5: 'test' }

/**
 * ESC-50 and ESC-10: clips called `5-189212-A-12.wav` whose class is the name of their folder, or stands in a table
 * `meta/esc50.csv`.
 * @see Piczak, "ESC: Dataset for Environmental Sound Classification", 2015
 */
export const readEsc: ReadLayout = async (view) => {
  const clips = view.files.filter((path) => sound.test(path) && clipName.test(baseOf(path)))
  if (clips.length === 0) return undefined
  const table = await categories(view)
  const labelOf = (path: string) => table.get(lastOf(path)) ?? folderLabel(path)
  const groups = groupBy(clips, (path) => `${labelOf(path)}/${baseOf(path).split('-').slice(0, 2).join('-')}`)
  const items = [...groups].map(([name, paths]): LayoutItem => ({
    name,
    files: paths,
    splits: splitsOf(paths[0]!),
    material: { what: 'clips', label: labelOf(paths[0]!), paths },
  }))
  const classes = new Set(clips.map(labelOf)).size
  const summary = `${counted(clips.length, 'clip')} in ${counted(classes, 'class', 'classes')}`
  return { content: 'clips', items, summary, warnings: [], rank: 2 }
}

function splitsOf(path: string): readonly Split[] {
  const [, fold] = clipName.exec(baseOf(path)) ?? []
  const split = fold === undefined ? undefined : splitOfFold[fold]
  return split ? [split] : anySplit
}

/** "010 - Fire crackling" is the class "Fire crackling"; clips that lie all together are told apart by their numbers. */
function folderLabel(path: string): string {
  const [, , , , target] = clipName.exec(baseOf(path)) ?? []
  return target === undefined ? lastOf(folderOf(path)).replace(/^\d+ - /, '') || 'clips' : `class ${target}`
}

/** Classes by file name, of the table that goes with ESC-50. */
async function categories(view: FolderView): Promise<Map<string, string>> {
  const path = view.files.find((file) => /(^|\/)esc\d*\.csv$/i.test(file))
  if (path === undefined) return new Map()
  const [head = '', ...rows] = (await view.text(path)).split(/\r?\n/)
  const columns = head.split(',')
  const [file, category] = [columns.indexOf('filename'), columns.indexOf('category')]
  if (file < 0 || category < 0) return new Map()
  const cells = rows.map((row) => row.split(',')).filter((row) => row.length >= columns.length)
  return new Map(cells.map((row) => [row[file]!, row[category]!.replaceAll('_', ' ')]))
}
