/** One step that can be undone: what it is called, and the document before (in `past`) or after it (in `future`). */
interface Step<Document> {
  readonly label: string
  readonly document: Document
  readonly mergeKey?: string
}

/** A document with what was done to it. Documents share what did not change, so that many steps cost little. */
export interface History<Document> {
  readonly present: Document
  /** The last step is the one to undo. */
  readonly past: readonly Step<Document>[]
  /** The last step is the one to redo. */
  readonly future: readonly Step<Document>[]
}

/** Steps that are kept. */
export const historyLimit = 1000

/** Returns the history of a document to which nothing was done yet. */
export function createHistory<Document>(present: Document): History<Document> {
  return { present, past: [], future: [] }
}

/**
 * Returns the history in which the document became `next`; as it is where that is the same object. Steps that follow one another with
 * the same `mergeKey`, as those of a drag do, are undone as one; whoever begins another drag gives another key.
 */
export function record<Document>(history: History<Document>, label: string, next: Document, mergeKey?: string): History<Document> {
  const { present, past } = history
  if (next === present) return history
  const last = past.at(-1)
  if (mergeKey !== undefined && last?.mergeKey === mergeKey && history.future.length === 0) return { present: next, past, future: [] }
  const step = { label, document: present, ...(mergeKey !== undefined && { mergeKey }) }
  return { present: next, past: [...past, step].slice(-historyLimit), future: [] }
}

/** Returns the history one step back. */
export function undo<Document>({ present, past, future }: History<Document>): History<Document> {
  const step = past.at(-1)
  if (!step) return { present, past, future }
  return { present: step.document, past: past.slice(0, -1), future: [...future, { label: step.label, document: present }] }
}

/** Returns the history one undone step forward. */
export function redo<Document>({ present, past, future }: History<Document>): History<Document> {
  const step = future.at(-1)
  if (!step) return { present, past, future }
  return { present: step.document, past: [...past, { label: step.label, document: present }], future: future.slice(0, -1) }
}

/** Returns the history in which `change` was made to every version of the document: what cannot be undone, such as a new name on the disk. */
export function changeEverywhere<Document>({ present, past, future }: History<Document>, change: (document: Document) => Document): History<Document> {
  const changed = (step: Step<Document>) => ({ ...step, document: change(step.document) })
  return { present: change(present), past: past.map(changed), future: future.map(changed) }
}
