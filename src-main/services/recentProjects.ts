import { z } from 'zod'
import type { DocumentFile } from '#main/services/platform'
import type { ProjectFolders } from '#main/services/projectPorts'
import type { RecentProject } from '#shared/contract/projects'
import { createTurns } from '#shared/jobs/turns'

const longest = 30
const list = z.object({ folders: z.array(z.string()) })
const named = z.object({ name: z.string() })

/** The projects that were used last. That the list cannot be read or written is never a reason not to open or save a project. */
export class RecentProjects {
  private readonly inTurn = createTurns()

  constructor(
    private readonly file: DocumentFile,
    private readonly folders: ProjectFolders,
  ) {}

  /** Puts a folder first, in place of the one that it was called before. */
  use(folder: string, before = folder): Promise<void> {
    return this.change((folders) => [folder, ...folders.filter((other) => other !== folder && other !== before)].slice(0, longest))
  }

  forget(folder: string): Promise<void> {
    return this.change((folders) => folders.filter((other) => other !== folder))
  }

  /** Those that were used last, then the app's own others. */
  async list(): Promise<RecentProject[]> {
    const used = await this.read()
    const own = (await this.folders.listOwn()).filter((folder) => !used.includes(folder))
    return Promise.all([...used, ...own].map((folder) => this.describe(folder)))
  }

  private async describe(folder: string): Promise<RecentProject> {
    const isOwn = await this.folders.isOwn(folder)
    const fallback = { folder, name: folder.split(/[\\/]/).at(-1) ?? folder, isOwn }
    try {
      const { content, at } = await this.folders.read(folder)
      return { ...fallback, name: named.parse(JSON.parse(content)).name, savedAt: at }
    } catch {
      return fallback
    }
  }

  private change(next: (folders: string[]) => string[]): Promise<void> {
    return this.inTurn(async () => {
      const before = await this.read()
      const after = next(before)
      if (after.join('\n') !== before.join('\n')) await this.file.write(JSON.stringify({ folders: after }, undefined, 1))
    }).catch(() => {})
  }

  private async read(): Promise<string[]> {
    try {
      return list.parse(JSON.parse((await this.file.read()) ?? '{"folders":[]}')).folders
    } catch {
      return []
    }
  }
}
