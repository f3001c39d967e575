import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ComputeProcess } from '#main/compute/client'
import { createExportFolders } from '#main/hosts/web/exportFolders'
import { createUploads } from '#main/hosts/web/uploads'
import { startWebServer } from '#main/hosts/web/webServer'
import { createDragFolders } from '#main/node/dragFolders'
import { nodeDatasets } from '#main/node/datasetFolder'
import { createDocumentFile } from '#main/node/documentFile'
import { createDownloads } from '#main/node/downloads/downloads'
import { createModelStore } from '#main/node/modelStore'
import { nodePlatform } from '#main/node/nodePlatform'
import { createProjectFolders } from '#main/node/projectFolders'
import { createRecoveryStore } from '#main/node/recoveryStore'
import { createDetectingStore } from '#main/node/detectingStore'
import { createQuantisingStore } from '#main/node/quantisingStore'
import { createResultStore } from '#main/node/resultStore'
import { createRunStore } from '#main/node/runStore'
import { createSoundStore } from '#main/node/soundStore'
import { createStemStore } from '#main/node/stemStore'
import { createDocumentFolder } from '#main/node/documentFolder'
import { storedLesson } from '#main/services/lessonPorts'
import { storedStudy } from '#main/services/studyPorts'
import { createServices, type Services } from '#main/services/createServices'

/** The web host with folders of its own that end with it. */
export interface WebApp {
  readonly url: string
  readonly origin: string
  readonly token: string
  readonly services: Services
  /** Where separated stems are kept. */
  readonly library: string
  readonly scratch: string
  close(): Promise<void>
}

export interface WebAppOptions {
  page: string
  launchCompute: () => ComputeProcess
  /** Hyper-parameters over those of lessons. */
  lessonOverrides?: Readonly<Record<string, unknown>>
}

const token = 'test-token-0123456789'

/** A card without weights behind it, for the stand-in separator. */
const card = {
  name: 'DuoVAE',
  summary: 'A variational autoencoder with one encoder and a decoder for each stem.',
  licence: 'CC BY-NC-SA 4.0',
  parameters: 1_100_000,
  sha256: '0'.repeat(64),
  scores: [{ name: 'Vocals uSDR', value: 5.6, unit: 'dB', measuredOn: 'seven songs it never saw' }],
  attributions: ['Voices: an open collection of singers, CC BY-NC-SA 4.0', 'Music: an open collection of songs, CC0'],
}

export async function startWebApp({ page, launchCompute, lessonOverrides }: WebAppOptions): Promise<WebApp> {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-test-'))
  const library = join(scratch, 'library')
  const models = join(scratch, 'models')
  for (const [id, name] of [['duovae', 'DuoVAE'], ['duovae-open', 'DuoVAE Open']] as const) {
    mkdirSync(join(models, id), { recursive: true })
    writeFileSync(join(models, id, 'card.json'), JSON.stringify({ ...card, name }))
  }
  const uploads = createUploads(join(scratch, 'uploads'))
  const exports = createExportFolders(join(scratch, 'exports'))
  const services = createServices({
    ...nodePlatform('web'),
    models: createModelStore([models, join(scratch, 'own-models')]),
    stems: createStemStore(library),
    sounds: createSoundStore(join(scratch, 'sounds')),
    datasets: nodeDatasets(join(scratch, 'datasets')),
    downloads: createDownloads(join(scratch, 'downloads')),
    runs: createRunStore(join(scratch, 'runs'), join(scratch, 'cache', 'recordings')),
    results: createResultStore(join(scratch, 'runs')),
    quantising: createQuantisingStore(join(scratch, 'quantising')),
    detecting: createDetectingStore(join(scratch, 'detecting')),
    studies: createDocumentFolder(join(scratch, 'studies'), storedStudy),
    lessons: createDocumentFolder(join(scratch, 'lessons'), storedLesson),
    dragFolders: createDragFolders(join(scratch, 'dragged')),
    projects: {
      folders: createProjectFolders(join(scratch, 'Projects')),
      recoveries: createRecoveryStore(join(scratch, 'recovery')),
      recents: createDocumentFile(join(scratch, 'recent-projects.json')),
    },
    uploadPath: uploads.path,
    async discardCopy(path) {
      await uploads.remove(path)
      await exports.remove(path)
    },
    settings: createDocumentFile(join(scratch, 'settings.json')),
    launchCompute,
  }, undefined, lessonOverrides)
  const server = await startWebServer({ services, token, page, uploads, exports })
  return {
    url: server.url,
    origin: new URL(server.url).origin,
    token,
    services,
    library,
    scratch,
    async close() {
      services.close()
      await server.close()
      // What the page keeps of its edits as it goes may still be written, and ended processes may still clean up.
      await rm(scratch, { recursive: true, force: true, maxRetries: 30, retryDelay: 100 })
    },
  }
}
