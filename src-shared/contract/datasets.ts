import { z } from 'zod'
import { request } from '#shared/contract/defineContract'

/** Layouts of folders that are understood; `src-main/datasets/layouts` says what each looks like. */
export const datasetLayouts = ['stemFolders', 'musdb', 'multitrack', 'pairs', 'irmas', 'esc', 'fsdd', 'idx', 'loose', 'sounds'] as const
export const datasetLayout = z.enum(datasetLayouts)
export type DatasetLayout = z.infer<typeof datasetLayout>

/** What a dataset can teach: `songs` have stems (or are recordings to be remixed), `clips` and `images` have at most a label. */
export const datasetContents = ['songs', 'mixtures', 'clips', 'images'] as const
export const datasetContent = z.enum(datasetContents)
export type DatasetContent = z.infer<typeof datasetContent>

export const splits = ['train', 'validation', 'test'] as const
export const split = z.enum(splits)
export type Split = z.infer<typeof split>

/** What the tracks of multitrack folders are; `leave` are used for nothing. */
export const trackRoles = ['vocals', 'accompaniment', 'leave'] as const
export const trackRole = z.enum(trackRoles)
export type TrackRole = z.infer<typeof trackRole>

/** What one thing of a dataset is: a song with both stems, takes of one voice, instrumental music, a mixture, clips, or pictures. */
export const datasetMaterials = ['song', 'voices', 'music', 'mixture', 'clips', 'images'] as const
export type DatasetMaterial = (typeof datasetMaterials)[number]

/** One thing of a dataset that is held out as a whole. */
export const datasetItem = z.object({
  name: z.string(),
  what: z.enum(datasetMaterials),
  split,
  /** What a clip shows; pictures have a label each. */
  label: z.string().optional(),
  /** Files below the dataset's folder, with `/`. */
  files: z.array(z.string()),
})
export type DatasetItem = z.infer<typeof datasetItem>

export const dataset = z.object({
  id: z.string(),
  name: z.string(),
  folder: z.string(),
  layout: datasetLayout,
  content: datasetContent,
  /** How many things there are of each split; pictures, where it holds pictures. */
  counts: z.object({ train: z.number().int(), validation: z.number().int(), test: z.number().int() }),
  /** Changes when files, roles or splits change. */
  hash: z.string(),
  /** False where the folder is gone, as with a disk that is not plugged in. */
  available: z.boolean(),
  /** In sentences: what of the folder was left out and why. */
  warnings: z.array(z.string()),
  /** True where a check report is there that belongs to `hash`. */
  checked: z.boolean(),
})
export type Dataset = z.infer<typeof dataset>

/** What a folder would be as a dataset, before anything is kept. */
export const folderFindings = z.object({
  folder: z.string(),
  /** In the order of how well they fit; empty where nothing is understood. */
  layouts: z.array(z.object({ layout: datasetLayout, content: datasetContent, items: z.array(datasetItem), summary: z.string() })),
  /** Names of tracks whose role is asked for in a multitrack folder, with a guess, and in how many songs each occurs. */
  tracks: z.array(z.object({ name: z.string(), role: trackRole, songs: z.number().int() })),
  /** In sentences: what was left out and why. */
  warnings: z.array(z.string()),
})
export type FolderFindings = z.infer<typeof folderFindings>

export const findingLevels = ['ok', 'note', 'problem'] as const

/** One thing that a check has found. */
export const checkFinding = z.object({
  /** What was looked at; `src-main/datasets/check` lists them. */
  kind: z.enum(['length', 'rate', 'clipping', 'silence', 'channels', 'sum', 'duplicate', 'vocalActivity', 'unreadable', 'labels', 'amount']),
  level: z.enum(findingLevels),
  /** The items that it is about. */
  items: z.array(z.string()),
  /** What was found, in a plain sentence with its figure. */
  message: z.string(),
  /** What can be done about it, in a plain sentence; empty where nothing needs to be. */
  fix: z.string(),
})
export type CheckFinding = z.infer<typeof checkFinding>

/** What a check has measured of one item. */
export const checkedItem = z.object({
  /** Of a song, or of pictures, that of the item; of other recordings their path. */
  name: z.string(),
  split,
  seconds: z.number().optional(),
  sampleRate: z.number().optional(),
  channels: z.number().int().optional(),
  /** Share of samples at full scale, of time that is silent, and of time in which vocals sound. */
  clipped: z.number().optional(),
  silent: z.number().optional(),
  vocalActivity: z.number().optional(),
  /** Level of mixture minus sum of stems against the mixture, decibels, where there is a mixture. */
  sumErrorDb: z.number().optional(),
})
export type CheckedItem = z.infer<typeof checkedItem>

export const checkReport = z.object({
  datasetId: z.string(),
  hash: z.string(),
  /** Worst first. */
  findings: z.array(checkFinding),
  items: z.array(checkedItem),
  /** Of each split, for sound. */
  seconds: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
})
export type CheckReport = z.infer<typeof checkReport>

/** Public data that can be downloaded, from whom, and under which terms. */
export const downloadable = z.object({
  id: z.string(),
  name: z.string(),
  summary: z.string(),
  layout: datasetLayout,
  licence: z.string(),
  source: z.string(),
  bytes: z.number(),
  /** Bytes that are there already, of a download that was broken off. */
  present: z.number(),
})
export type Downloadable = z.infer<typeof downloadable>

const datasetId = z.strictObject({ datasetId: z.string() })
const jobId = z.object({ jobId: z.string() })
const roles = z.record(z.string(), trackRole)

export const datasets = {
  list: request(z.undefined(), z.array(dataset)),
  /** Looks at a folder and says what it would be as a dataset. */
  inspectFolder: request(z.strictObject({ folder: z.string().min(1) }), folderFindings),
  /**
   * Keeps a folder as a dataset; its files stay where they are. Things are split by name, so that more of them change nothing.
   * Job of kind `dataset`, whose result is the dataset: pairs are aligned first, which takes a while.
   */
  add: request(
    z.strictObject({ folder: z.string().min(1), layout: datasetLayout, name: z.string().trim().min(1).max(120), roles: roles.optional() }),
    jobId,
  ),
  items: request(datasetId, z.array(datasetItem)),
  /** Puts one thing into another split, whatever its name says. */
  setSplit: request(datasetId.extend({ item: z.string(), split }), dataset),
  rename: request(datasetId.extend({ name: z.string().trim().min(1).max(120) }), dataset),
  /** Looks at the folder again: things may have come or gone. Job of kind `dataset`, as `add`. */
  refresh: request(datasetId, jobId),
  /** Forgets the dataset; its files stay. */
  remove: request(datasetId, z.void()),
  /** Measures everything that can spoil a training. Job of kind `check`. */
  check: request(datasetId, jobId),
  /** The last report, where there is one. */
  report: request(datasetId, checkReport.optional()),
  downloadables: request(z.undefined(), z.array(downloadable)),
  /** Downloads, checks and adds a dataset; goes on with what is there. Job of kind `download`, whose result is a dataset. */
  download: request(z.strictObject({ id: z.string() }), jobId),
}

export const datasetEvents = {
  'datasets.changed': z.array(dataset),
}
