import { z } from 'zod'
import { pairFindings } from '#main/compute/protocol'
import { dataset, datasetItem, split, trackRole } from '#shared/contract/datasets'

const splitsByName = z.record(z.string(), split)

/** What is kept of a dataset. Its files stay where they are. */
export const datasetDocument = dataset.omit({ available: true, checked: true }).extend({
  version: z.literal(1),
  /** Roles of tracks by their names, for multitrack folders. */
  roles: z.record(z.string(), trackRole),
  /** Splits that the user has chosen, and those that all others were given, by the item's name. */
  chosen: splitsByName,
  assigned: splitsByName,
  /** How the stems of pairs lie in their mixtures, by the item's name; `stamp` changes with the files. */
  alignments: z.record(z.string(), z.object({ stamp: z.string(), findings: pairFindings })),
  /** What was there when the folder was last looked at; `amount` is how many things an item holds. */
  contents: z.array(datasetItem.extend({ amount: z.number().int() })),
  /** Changes when files, roles or alignments change. */
  filesHash: z.string(),
  /** `hash` as it was when the dataset was last checked. */
  checkedHash: z.string().optional(),
})
export type DatasetDocument = z.infer<typeof datasetDocument>
