import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tasks } from '#main/compute/tasks/tasks'
import type { ComputeTasks } from '#main/compute/server'
import { createModelStore } from '#main/node/modelStore'
import { nodePlatform } from '#main/node/nodePlatform'
import { createServices, type Services } from '#main/services/createServices'
import type { Sound } from '#shared/contract/sounds'
import { fakeComputeProcess } from '#test/fakeComputeProcess'

/** The services over a library of their own, with the real tasks in this process. */
export interface SoundLibrary {
  readonly services: Services
  /** Folder that the library, and nothing else, is in. */
  readonly library: string
  /** Folder for a test's own files. */
  readonly scratch: string
  /** Opens a file and decodes it. */
  decoded(path: string): Promise<Sound>
  /** Other services over the same library, as after a restart. */
  reopen(): Services
  close(): void
}

/** @param others stand-ins for some tasks */
export function openSoundLibrary(others: Partial<ComputeTasks> = {}): SoundLibrary {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-sounds-'))
  const library = join(scratch, 'library')
  const opened: Services[] = []
  const reopen = () => {
    const services = createServices({
      ...platformIn(library),
      models: createModelStore([join(scratch, 'models')]),
      launchCompute: () => fakeComputeProcess({ ...tasks, ...others }),
    })
    opened.push(services)
    return services
  }
  const services = reopen()
  return {
    services,
    library,
    scratch,
    async decoded(path) {
      const song = await services.songs.import({ path })
      const job = await services.sounds.prepare(song.id)
      const { kind, state } = await services.jobs.finished(job.id)
      if (kind !== 'sound' || state.status !== 'succeeded') throw new Error(`The song was not decoded: ${JSON.stringify(state)}`)
      return state.result
    },
    reopen,
    close() {
      for (const each of opened) each.close()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

/** Node's platform with all that it keeps in `folder`. */
function platformIn(folder: string) {
  const before = process.env['STEMWRIGHT_LIBRARY']
  process.env['STEMWRIGHT_LIBRARY'] = folder
  try {
    return nodePlatform('web')
  } finally {
    if (before === undefined) delete process.env['STEMWRIGHT_LIBRARY']
    else process.env['STEMWRIGHT_LIBRARY'] = before
  }
}
