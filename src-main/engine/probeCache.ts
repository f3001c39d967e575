import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { cpus, homedir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { engineIds } from '#main/engine/engine'
import { goldenOutputs, goldenSlopes } from '#main/engine/goldenValues'
import type { RungReport } from '#main/engine/rungs'
import { appVersion } from '#main/node/appRoot'

const speed = z.object({ inference: z.number().positive(), training: z.number().positive() })
const cacheFile = z.object({
  machine: z.string(),
  reports: z.array(
    z.object({ id: z.enum(engineIds), label: z.string(), speed: speed.optional(), refusal: z.string().optional() }),
  ),
})

/** Reports that hold for this machine with these versions; none where anything has changed. */
export async function readReports(): Promise<RungReport[]> {
  try {
    const { machine, reports } = cacheFile.parse(JSON.parse(await readFile(cachePath(), 'utf8')))
    return machine === (await machineKey()) ? (reports as RungReport[]) : []
  } catch {
    return []
  }
}

/** Remembers reports. A cache that cannot be written costs time and nothing else, so that is no error. */
export async function writeReports(reports: readonly RungReport[]): Promise<void> {
  const file = cachePath()
  const partial = `${file}.${process.pid}`
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(partial, JSON.stringify({ machine: await machineKey(), reports }, undefined, 2))
    await rename(partial, file)
  } catch {
    return
  }
}

function cachePath(): string {
  const { STEMWRIGHT_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  if (STEMWRIGHT_CACHE) return join(STEMWRIGHT_CACHE, 'engines.json')
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? homedir(), 'Stemwright', 'Cache', 'engines.json')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'Stemwright', 'engines.json')
  return join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'stemwright', 'engines.json')
}

/** Everything that a report depends on, as one hash. */
async function machineKey(): Promise<string> {
  const processors = cpus()
  const facts = {
    app: appVersion,
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    processor: `${processors.length} ${processors[0]?.model}`,
    memory: totalmem(),
    golden: [goldenOutputs, goldenSlopes],
    packages: await Promise.all(['@tensorflow/tfjs-node-gpu', 'onnxruntime-node', '@tensorflow/tfjs-backend-wasm'].map(packageMark)),
    driver: await readFile('/proc/driver/nvidia/version', 'utf8').catch(() => ''),
    devices: process.env.CUDA_VISIBLE_DEVICES ?? '',
  }
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

/** A package's version, and when its native parts were built. */
async function packageMark(name: string): Promise<string> {
  try {
    const file = createRequire(import.meta.url).resolve(`${name}/package.json`)
    const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string }
    const built = await Promise.all(
      ['lib', 'deps/stemwright-source.json'].map((part) => stat(join(dirname(file), part)).then((found) => found.mtimeMs, () => 0)),
    )
    return [version, ...built].join(' ')
  } catch {
    return 'absent'
  }
}
