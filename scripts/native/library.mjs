/** Puts a TensorFlow library where the binding looks for it when it is built and when it runs. */
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, rename, rm, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { extractEntry, listWheel } from './wheel.mjs'

/** A failure that is explained in one sentence, without a stack. */
export class SetupError extends Error {}

const libraryNames = {
  linux: [
    ['libtensorflow.so', /^libtensorflow(_cc)?\.so(\.2)?$/],
    ['libtensorflow_framework.so', /^libtensorflow_framework\.so(\.2)?$/],
  ],
  darwin: [
    ['libtensorflow.2.dylib', /^libtensorflow(_cc)?\.(2\.)?dylib$/],
    ['libtensorflow_framework.2.dylib', /^libtensorflow_framework\.(2\.)?dylib$/],
  ],
}
const neededHeaders = /^tensorflow\/include\/(tensorflow\/(c|core\/platform)|tsl|xla\/tsl)\/.*\.(h|inc)$/

/** Prepares the library beside the present one and puts it in its place; `build` failing brings the old one back. */
export async function replaceLibrary(folder, prepare, build) {
  const [deps, lib] = [join(folder, 'deps'), join(folder, 'lib')]
  const staged = `${deps}.partial`
  await rm(staged, { recursive: true, force: true })
  await mkdir(join(staged, 'lib'), { recursive: true })
  try {
    await prepare(staged)
  } catch (error) {
    await rm(staged, { recursive: true, force: true })
    throw error
  }
  const moved = [deps, lib].filter(existsSync)
  for (const present of moved) {
    await rm(`${present}.old`, { recursive: true, force: true })
    await rename(present, `${present}.old`)
  }
  try {
    await rename(staged, deps)
    build()
  } catch (error) {
    for (const present of moved) {
      await rm(present, { recursive: true, force: true })
      await rename(`${present}.old`, present)
    }
    throw error
  }
  for (const present of moved) await rm(`${present}.old`, { recursive: true, force: true })
}

/** Gives each library the name that the binding links against. */
async function linkLibraries(deps, names) {
  const present = readdirSync(join(deps, 'lib'))
  for (const [wanted, pattern] of names) {
    if (present.includes(wanted)) continue
    const found = present.find((name) => pattern.test(name))
    if (!found) throw new SetupError(`${wanted} was not found among ${present.join(', ') || 'no files'}.`)
    await symlink(found, join(deps, 'lib', wanted))
  }
}

function namesHere() {
  const names = libraryNames[process.platform]
  if (names) return names
  throw new SetupError('On Windows only the default download works: run npm run setup:native without options.')
}

/** Unpacks the library and its C headers from a wheel into `deps`. */
export async function takeFromWheel(wheel, deps) {
  const names = namesHere()
  const entries = await listWheel(wheel).catch((error) => {
    throw new SetupError(`${wheel} could not be read: ${error.message}`, { cause: error })
  })
  const libraries = entries.filter(
    (entry) => /^tensorflow\/[^/]+$/.test(entry.name) && names.some(([, pattern]) => pattern.test(basename(entry.name))),
  )
  if (libraries.length < names.length) throw new SetupError(`${wheel} holds no TensorFlow library for ${process.platform}.`)
  for (const entry of libraries) {
    console.error(`Unpacking ${entry.name} (${Math.round(entry.size / 1e6)} MB)`)
    await extractEntry(wheel, entry, join(deps, 'lib', basename(entry.name)))
  }
  for (const entry of entries.filter((entry) => neededHeaders.test(entry.name))) {
    await extractEntry(wheel, entry, join(deps, entry.name.replace(/^tensorflow\//, '')))
  }
  await linkLibraries(deps, names)
}

/** Links the library and headers that lie in a folder into `deps`. */
export async function takeFromFolder(library, deps) {
  const names = namesHere()
  const folder = existsSync(join(library, 'lib')) ? join(library, 'lib') : library
  for (const name of readdirSync(folder).filter((file) => names.some(([, pattern]) => pattern.test(file)))) {
    await symlink(join(folder, name), join(deps, 'lib', name))
  }
  if (!existsSync(join(library, 'include', 'tensorflow', 'c', 'c_api.h'))) {
    throw new SetupError(`${library}/include/tensorflow/c/c_api.h is missing: DIR must hold include/ and lib/.`)
  }
  await symlink(join(library, 'include'), join(deps, 'include'))
  await linkLibraries(deps, names)
}
