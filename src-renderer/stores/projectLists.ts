import { ref } from 'vue'
import type { AppClient } from '#renderer/api/host'
import type { RecentProject, Recovery } from '#shared/contract/projects'

/** Returns the projects that can be opened, as they were when they were last asked for. */
export function createProjectLists({ projects }: AppClient) {
  /** The one that was used last is the first. */
  const recents = ref<RecentProject[]>([])
  /** What crashes left of projects that are open nowhere. */
  const recoveries = ref<Recovery[]>([])

  /** Asks anew for both lists. */
  async function refreshRecents(): Promise<void> {
    ;[recents.value, recoveries.value] = await Promise.all([projects.recents(), projects.recoveries()])
  }

  /** Takes a project off the list; nothing is deleted. */
  const forget = (folder: string) => projects.forget({ folder }).then(refreshRecents)

  /** Throws away what a crash left. */
  const discardRecovery = (recoveryId: string) => projects.discardRecovery({ recoveryId }).then(refreshRecents)

  return { recents, recoveries, refreshRecents, forget, discardRecovery }
}
