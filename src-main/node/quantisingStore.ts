import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createDocumentFolder } from '#main/node/documentFolder'
import type { QuantisingStore } from '#main/services/quantisingPorts'
import { ablation, priorComparison } from '#shared/contract/quantising'

/** Returns the store of experiments in `folder`, which is made when it is first written to. */
export function createQuantisingStore(folder: string): QuantisingStore {
  const place = (id: string) => join(folder, 'runs', id)
  return {
    ablations: createDocumentFolder(join(folder, 'ablations'), ablation),
    priors: createDocumentFolder(join(folder, 'priors'), priorComparison),
    folder: place,
    removeFolder: (id) => rm(place(id), { recursive: true, force: true }),
  }
}
