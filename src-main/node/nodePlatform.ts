import { randomUUID } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { appRoot, appVersion } from '#main/node/appRoot'
import { forkCompute } from '#main/node/computeProcess'
import { nodeDatasets } from '#main/node/datasetFolder'
import { createDocumentFile } from '#main/node/documentFile'
import { createDetectingStore } from '#main/node/detectingStore'
import { createDocumentFolder } from '#main/node/documentFolder'
import { createDownloads } from '#main/node/downloads/downloads'
import { createDragFolders } from '#main/node/dragFolders'
import { createModelStore } from '#main/node/modelStore'
import { createProjectFolders } from '#main/node/projectFolders'
import { createQuantisingStore } from '#main/node/quantisingStore'
import { createRecoveryStore } from '#main/node/recoveryStore'
import { createResultStore } from '#main/node/resultStore'
import { createRunStore } from '#main/node/runStore'
import { createSoundStore } from '#main/node/soundStore'
import { createStemStore } from '#main/node/stemStore'
import { storedLesson } from '#main/services/lessonPorts'
import type { Platform } from '#main/services/platform'
import { storedStudy } from '#main/services/studyPorts'
import type { AppInfo } from '#shared/contract/app'

/**
 * Returns the platform as Node gives it; a host puts its own parts over it, `{ ...nodePlatform('web'), uploadPath }`.
 * What was separated in the app is kept in the user's data folder, or in STEMWRIGHT_LIBRARY; models of the user's own
 * are looked for there as well.
 */
export function nodePlatform(host: AppInfo['host']): Platform {
  const data = dataFolder()
  const resources = join(appRoot, 'resources')
  return {
    info: { name: 'Stemwright', version: appVersion, host, canChooseFolder: false },
    models: createModelStore([join(resources, 'models'), join(data, 'models')]),
    stems: createStemStore(join(data, 'stems')),
    sounds: createSoundStore(join(data, 'sounds')),
    dragFolders: createDragFolders(join(data, 'dragged')),
    projects: {
      folders: createProjectFolders(join(data, 'Projects')),
      recoveries: createRecoveryStore(join(data, 'recovery')),
      recents: createDocumentFile(join(data, 'recent-projects.json')),
    },
    downloads: createDownloads(join(data, 'downloads')),
    runs: createRunStore(join(data, 'runs'), join(data, 'cache', 'recordings')),
    results: createResultStore(join(data, 'runs')),
    quantising: createQuantisingStore(join(data, 'quantising')),
    detecting: createDetectingStore(join(data, 'detecting')),
    studies: createDocumentFolder(join(data, 'studies'), storedStudy),
    lessons: createDocumentFolder(join(data, 'lessons'), storedLesson),
    datasets: nodeDatasets(join(data, 'datasets')),
    settings: createDocumentFile(join(data, 'settings.json')),
    demoSong: join(resources, 'demo', 'mix.flac'),
    demoMusic: join(resources, 'demo', 'music.flac'),
    launchCompute: () => forkCompute(join(appRoot, 'out', 'main', 'compute.js')),
    newId: randomUUID,
    now: () => performance.now(),
    today,
    timestamp: () => new Date().toISOString(),
    mediaUrl: (mediaId) => `/media/${mediaId}`,
  }
}

function today(): string {
  const date = new Date()
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Returns the folder of all that the app keeps for the user. */
export function dataFolder(): string {
  const { APPDATA, XDG_DATA_HOME, STEMWRIGHT_LIBRARY } = process.env
  if (STEMWRIGHT_LIBRARY !== undefined) return STEMWRIGHT_LIBRARY
  if (process.platform === 'win32') return join(APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Stemwright')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Stemwright')
  return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'stemwright')
}
