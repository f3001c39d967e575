import type { Claim, ProjectFolders, RecoveryStore } from '#main/services/projectPorts'
import { AppError } from '#shared/errors'
import { createTurns } from '#shared/jobs/turns'

/** A window says every 20 seconds that it is there; browsers let one in the background do so only once a minute. */
const silenceMs = 90_000

/** Where a project is: its folder, or nowhere as yet. */
export interface ProjectPlace {
  readonly folder: string | undefined
  /** Differs between any two places. */
  readonly key: string
  readonly recoveryId: string
}

/** A project that a window has open. */
export interface Lease {
  readonly sessionId: string
  readonly place: ProjectPlace
  claims: readonly Claim[]
  seenAt: number
}

interface Dependencies {
  readonly folders: ProjectFolders
  readonly recoveries: RecoveryStore
  /** Milliseconds of a clock that never goes back. */
  now(): number
  /** Is told when a window's project went to another window. */
  onTaken(sessionId: string): void
}

/** Which window has which project open: each at most one, and each project in one window of one process. */
export class ProjectSessions {
  private readonly leases = new Map<string, Lease>()
  /** Two windows that ask at once must not both be let in. */
  private readonly inTurn = createTurns()

  constructor(private readonly world: Dependencies) {}

  /** Returns where a project is. */
  async placeOf(folder: string | undefined, projectId: string): Promise<ProjectPlace> {
    const { folders, recoveries } = this.world
    const resolved = folder === undefined ? undefined : await folders.resolve(folder)
    const key = resolved ?? `unsaved:${projectId}`
    return { folder: resolved, key, recoveryId: recoveries.idFor(key) }
  }

  /**
   * Makes a place the window's, beside the one that it has, until `settle` lets go of that.
   * @throws AppError PROJECT_IN_USE when another window or another process has it
   */
  take(sessionId: string, place: ProjectPlace, takeOver = false): Promise<Lease> {
    return this.inTurn(async () => {
      const current = this.leases.get(place.key)
      if (current?.sessionId === sessionId) return this.renew(current)
      if (current && !takeOver && this.isAlive(current)) throw openInAnotherWindow()
      const claims = current?.claims ?? (await this.claim(place))
      const lease = { sessionId, place, claims, seenAt: this.world.now() }
      this.leases.set(place.key, lease)
      if (current) this.world.onTaken(current.sessionId)
      return current ? this.renew(lease) : lease
    })
  }

  /** Makes the lease the only one of its window. */
  settle(lease: Lease): void {
    for (const other of this.leases.values()) if (other.sessionId === lease.sessionId && other !== lease) this.drop(other)
  }

  /** The place that a window has open. */
  placeIn(sessionId: string): ProjectPlace | undefined {
    return [...this.leases.values()].find((lease) => lease.sessionId === sessionId)?.place
  }

  /** Whether a window other than `sessionId` has the place open. */
  isOpen({ key }: ProjectPlace, sessionId?: string): boolean {
    const lease = this.leases.get(key)
    return lease !== undefined && lease.sessionId !== sessionId && this.isAlive(lease)
  }

  release(sessionId: string): void {
    for (const lease of this.leases.values()) if (lease.sessionId === sessionId) this.drop(lease)
  }

  drop(lease: Lease): void {
    lease.claims.forEach((claim) => claim.release())
    if (this.leases.get(lease.place.key) === lease) this.leases.delete(lease.place.key)
  }

  releaseAll(): void {
    for (const lease of this.leases.values()) this.drop(lease)
  }

  /** Another process may have taken the place while this one was asleep. */
  private async renew(lease: Lease): Promise<Lease> {
    lease.seenAt = this.world.now()
    const held = await Promise.all(lease.claims.map((claim) => claim.held()))
    if (held.every(Boolean)) return lease
    this.drop(lease)
    lease.claims = await this.claim(lease.place)
    this.leases.set(lease.place.key, lease)
    return lease
  }

  private async claim({ folder, recoveryId }: ProjectPlace): Promise<Claim[]> {
    const first = folder === undefined ? undefined : await this.world.folders.claim(folder)
    try {
      const second = await this.world.recoveries.claim(recoveryId)
      return first ? [first, second] : [second]
    } catch (error) {
      first?.release()
      throw error
    }
  }

  private isAlive({ seenAt }: Lease): boolean {
    return this.world.now() - seenAt < silenceMs
  }
}

function openInAnotherWindow(): AppError {
  const message = "The project is open in another window, so it was not opened here: two of them would overwrite each other's work. Go on there, or take it over here."
  return new AppError('PROJECT_IN_USE', message)
}
