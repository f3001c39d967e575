import type { CancelSignal } from '#shared/jobs/work'

/** What the owner of a run wants of it; it is looked at after every step. */
export interface TrainerControl {
  /** Aborted once the run is to end after the step in hand, with a checkpoint. */
  readonly ending: CancelSignal
  /** True where it is to leave a model too, though its first epoch be cut short. */
  readonly wantsModel: boolean
  /** True once after a checkpoint was asked for. */
  takeCheckpointWish(): boolean
}

/** A control, and what its owner says. */
export interface OwnedControl extends TrainerControl {
  wish(what: 'pause' | 'stop' | 'checkpoint'): void
}

/** Returns the control of a run that goes on until something is wished. */
export function createTrainerControl(): OwnedControl {
  const ending = new AbortController()
  let wantsModel = false
  let wantsCheckpoint = false
  return {
    ending: ending.signal,
    get wantsModel() {
      return wantsModel
    },
    takeCheckpointWish() {
      const wanted = wantsCheckpoint
      wantsCheckpoint = false
      return wanted
    },
    wish(what) {
      if (what === 'checkpoint') {
        wantsCheckpoint = true
        return
      }
      wantsModel ||= what === 'stop'
      ending.abort()
    },
  }
}

/** A signal that is aborted once one of both is. */
export function eitherSignal(a: CancelSignal, b: CancelSignal): CancelSignal {
  return {
    get aborted() {
      return a.aborted || b.aborted
    },
    throwIfAborted() {
      a.throwIfAborted()
      b.throwIfAborted()
    },
    addEventListener(type, listener, options) {
      a.addEventListener(type, listener, options)
      b.addEventListener(type, listener, options)
    },
    removeEventListener(type, listener) {
      a.removeEventListener(type, listener)
      b.removeEventListener(type, listener)
    },
  }
}
