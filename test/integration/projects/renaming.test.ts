import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDocumentFile } from '#main/node/documentFile'
import { createProjectFolders } from '#main/node/projectFolders'
import { createRecoveryStore } from '#main/node/recoveryStore'
import { createProjectService } from '#main/services/projectService'
import { AppError } from '#shared/errors'
import { addMarker } from '#shared/project/edits'
import { emptyProject } from '#shared/project/project'

let scratch: string
beforeEach(() => void (scratch = mkdtempSync(join(tmpdir(), 'stemwright-renaming-'))))
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

const full = () => Promise.reject(new AppError('DISK_FULL', 'The disk is full.'))

/** The service over a real disk that is full from `fill` on, for project files or for edits that are not saved. */
function open() {
  const isFull = { projects: false, recoveries: false }
  const folders = createProjectFolders(join(scratch, 'Projects'))
  const recoveries = createRecoveryStore(join(scratch, 'recovery'))
  const service = createProjectService({
    folders: { ...folders, write: (...args) => (isFull.projects ? full() : folders.write(...args)) },
    recoveries: { ...recoveries, write: (...args) => (isFull.recoveries ? full() : recoveries.write(...args)) },
    recents: createDocumentFile(join(scratch, 'recents.json')),
    library: { find: async () => undefined },
    adopt: () => Promise.reject(new Error('There are no sounds.')),
    now: () => performance.now(),
    emit: () => {},
  })
  return { service, isFull }
}

const project = emptyProject('p', 'Before')
const edited = addMarker(project, { id: 'm', at: 5, name: 'Here' })

describe('renaming a project on a disk that is full', () => {
  // Would catch: a folder of the new name with a project of the old one in it, and a window that has lost it.
  it('leaves it as it was, where its file cannot be written', async () => {
    const { service, isFull } = open()
    const { folder } = await service.saveAs({ sessionId: 'a', name: 'Before', project })
    await service.autosave({ sessionId: 'a', folder, project: edited })
    const content = readFileSync(join(folder, 'project.json'), 'utf8')
    isFull.projects = true
    await expect(service.rename({ sessionId: 'a', folder, name: 'After' })).rejects.toMatchObject({ code: 'DISK_FULL' })
    isFull.projects = false
    expect(readdirSync(join(scratch, 'Projects'))).toEqual(['Before'])
    expect(readFileSync(join(folder, 'project.json'), 'utf8')).toBe(content)
    expect((await service.recents()).map(({ name }) => name)).toEqual(['Before'])
    await expect(service.open({ sessionId: 'b', folder, takeOver: false })).rejects.toMatchObject({ code: 'PROJECT_IN_USE' })
    expect((await service.open({ sessionId: 'a', folder, takeOver: false })).recovered?.project.markers).toHaveLength(1)
    expect((await service.rename({ sessionId: 'a', folder, name: 'After' })).warnings).toEqual([])
  })

  it('is done, and says what became of edits that could not come along', async () => {
    const { service, isFull } = open()
    const { folder } = await service.saveAs({ sessionId: 'a', name: 'Before', project })
    await service.autosave({ sessionId: 'a', folder, project: edited })
    isFull.recoveries = true
    const renamed = await service.rename({ sessionId: 'a', folder, name: 'After' })
    isFull.recoveries = false
    expect([existsSync(folder), renamed.name, renamed.warnings.length]).toEqual([false, 'After', 1])
    expect((await service.recents()).map(({ name }) => name)).toEqual(['After'])
    await expect(service.open({ sessionId: 'b', folder: renamed.folder, takeOver: false })).rejects.toMatchObject({ code: 'PROJECT_IN_USE' })
    await service.release({ sessionId: 'a' })
    expect(await service.recoveries()).toMatchObject([{ name: 'Before' }])
  })
})
