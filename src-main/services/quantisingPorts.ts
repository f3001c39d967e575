import type { DocumentFolder } from '#main/services/platform'
import type { Ablation, PriorComparison } from '#shared/contract/quantising'

/** What is kept of experiments with quantised VAEs: their results, and the models that came out of them. */
export interface QuantisingStore {
  readonly ablations: DocumentFolder<Ablation>
  readonly priors: DocumentFolder<PriorComparison>
  /** Where an experiment puts its runs, each in a folder of its own with its model below it. */
  folder(id: string): string
  /** Removes what is in that folder. */
  removeFolder(id: string): Promise<void>
}
