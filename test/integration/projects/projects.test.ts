import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAudioWriter } from '#main/node/audioWriter'
import type { Services } from '#main/services/createServices'
import { addMarker, placeSong, removeTrack } from '#shared/project/edits'
import { emptyProject, type Project, type Source } from '#shared/project/project'
import type { Sound } from '#shared/contract/sounds'
import { tones } from '#test/audioFixtures'
import { openSoundLibrary, type SoundLibrary } from '#test/soundLibrary'
import { largestDifference, readAll } from '#test/soundFiles'

let app: SoundLibrary
let song: Sound
let planes: Float32Array[]
beforeAll(async () => {
  app = openSoundLibrary()
  planes = tones(2, 30_000, 44100, 0.7)
  song = await app.decoded(await written(app, 'Lied: „Größe“.wav', planes))
})
afterAll(() => app.close())

async function written({ scratch }: SoundLibrary, name: string, samples: Float32Array[]): Promise<string> {
  const path = join(scratch, name)
  const writer = await createAudioWriter(path, { format: 'wav32f', sampleRate: 44100, channels: samples.length, overwrite: true })
  await writer.write(samples)
  await writer.finish()
  return path
}

let projectCount = 0
function songProject(sound = song): Project {
  const { sampleRate, channels, frames, name } = sound
  const source: Source = { id: `source-${sound.id.slice(0, 6)}`, name, soundId: sound.id, sampleRate, channels, frames }
  return placeSong(emptyProject(`project-${++projectCount}`, 'Untitled'), { source, trackId: 'mix', clipId: 'clip' })
}

const projects = (services: Services = app.services) => services.projects
const saveNew = (sessionId: string, name: string, project = songProject()) => projects().saveAs({ sessionId, name, project })
const open = (sessionId: string, folder: string, services?: Services) => projects(services).open({ sessionId, folder, takeOver: false })
const marked = (project: Project, name = 'Edit') => addMarker(project, { id: name, at: 5, name })
const codeOf = (work: Promise<unknown>) => work.then(() => 'nothing', (error: { code: string }) => error.code)

describe('saving and opening', () => {
  it('keeps document and sound in a folder of the name, which opens as it was', async () => {
    const project = songProject()
    const { folder, warnings } = await saveNew('a', 'My song', project)
    expect([folder, warnings]).toEqual([join(app.library, 'Projects', 'My song'), []])
    const [file] = readdirSync(join(folder, 'audio'))
    expect(file).toBe(`Lied_ „Größe“ [${song.id.slice(0, 8)}].wav`)
    expect(largestDifference(await readAll(join(folder, 'audio', file!)), planes)).toBe(0)
    expect(await open('a', folder)).toEqual({ project: { ...project, name: 'My song' }, folder, warnings: [] })
  })

  it('opens on another machine, where the sound is taken into the library, to the sample', async () => {
    const { folder } = await saveNew('a', 'Travels')
    const elsewhere = openSoundLibrary()
    try {
      const copy = join(elsewhere.scratch, 'USB stick', 'Travels')
      cpSync(folder, copy, { recursive: true })
      const opened = await open('x', copy, elsewhere.services)
      expect(opened.warnings).toEqual([])
      const [source] = opened.project.sources
      expect(largestDifference(await readAll(await elsewhere.services.sounds.path(source!.soundId)), planes)).toBe(0)
      expect(source!.soundId).toBe(song.id)
      const file = join(copy, 'audio', readdirSync(join(copy, 'audio'))[0]!)
      writeFileSync(file, 'the user works on this file', { flag: 'r+' })
      rmSync(join(elsewhere.scratch, 'USB stick'), { recursive: true })
      expect(largestDifference(await readAll(await elsewhere.services.sounds.path(song.id)), planes)).toBe(0)
    } finally {
      elsewhere.close()
    }
  })

  it('says which sounds are missing or were changed, and opens all the same', async () => {
    const { folder } = await saveNew('a', 'Broken')
    const elsewhere = openSoundLibrary()
    try {
      const copy = join(elsewhere.scratch, 'Broken')
      cpSync(folder, copy, { recursive: true })
      const file = join(copy, 'audio', readdirSync(join(copy, 'audio'))[0]!)
      const other = planes.map((plane) => plane.map((sample) => -sample))
      await written(elsewhere, 'Broken/audio/x.wav', other)
      cpSync(join(copy, 'audio', 'x.wav'), file)
      const changed = await open('x', copy, elsewhere.services)
      expect(changed.warnings[0]).toMatch(/was changed since/)
      expect(largestDifference(await readAll(await elsewhere.services.sounds.path(changed.project.sources[0]!.soundId)), other)).toBe(0)
      writeFileSync(file, 'no sound')
      expect((await open('x', copy, elsewhere.services)).warnings[0]).toMatch(/neither in the library nor in the project/)
      rmSync(file)
      const missing = await open('x', copy, elsewhere.services)
      expect([missing.warnings.length, missing.project.tracks.length]).toEqual([1, 1])
    } finally {
      elsewhere.close()
    }
  })

  it('never writes over another project, and removes sounds that are no longer used only when it saves', async () => {
    const project = songProject()
    const { folder } = await saveNew('a', 'Twice', project)
    expect(await codeOf(saveNew('b', 'Twice'))).toBe('OUTPUT_EXISTS')
    expect(await codeOf(saveNew('b', 'twice?../../Twice'))).toBe('nothing')
    expect(readdirSync(join(folder, 'audio'))).toHaveLength(1)
    const user = join(folder, 'audio', 'of the user.wav')
    writeFileSync(user, 'x')
    await projects().save({ sessionId: 'a', folder, project: removeTrack({ ...project, name: 'Twice' }, { trackId: 'mix' }) })
    expect(readdirSync(join(folder, 'audio'))).toEqual(['of the user.wav'])
  })

  it('leaves the project on the disk as it was when saving fails halfway', async () => {
    const project = songProject()
    const { folder } = await saveNew('a', 'Full disk', project)
    const before = readFileSync(join(folder, 'project.json'), 'utf8')
    const second = await app.decoded(await written(app, 'second.wav', tones(1, 15_000, 44100, 0.2)))
    const source = { id: 's2', name: 'second', soundId: second.id, sampleRate: 44100, channels: 1, frames: 15_000 }
    const larger = placeSong(project, { source, trackId: 't2', clipId: 'c2' })
    rmSync(join(folder, 'audio'), { recursive: true })
    writeFileSync(join(folder, 'audio'), 'a file where the folder of sounds should be')
    expect(await codeOf(projects().save({ sessionId: 'a', folder, project: larger }))).toBe('OUTPUT_NOT_WRITABLE')
    expect(readFileSync(join(folder, 'project.json'), 'utf8')).toBe(before)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
    expect(await codeOf(open('b', folder))).toBe('PROJECT_IN_USE')
  })

  it('refuses what is no project, damaged, or of a newer version, and leaves it alone', async () => {
    const { folder } = await saveNew('a', 'Old and new')
    const file = join(folder, 'project.json')
    const content = readFileSync(file, 'utf8')
    expect(await codeOf(open('a', app.scratch))).toBe('PROJECT_NOT_FOUND')
    expect(await codeOf(open('a', join(app.scratch, 'nowhere')))).toBe('PROJECT_NOT_FOUND')
    expect(existsSync(join(app.scratch, 'nowhere'))).toBe(false)
    for (const [text, code] of [
      [content.slice(0, 200), 'PROJECT_CORRUPT'],
      ['{}', 'PROJECT_CORRUPT'],
      [content.replace('"version": 1', '"version": 2'), 'PROJECT_TOO_NEW'],
      [content.replace('"start": 0', '"start": -5'), 'PROJECT_CORRUPT'],
    ] as const) {
      writeFileSync(file, text)
      expect(await codeOf(open('a', folder))).toBe(code)
      expect(readFileSync(file, 'utf8')).toBe(text)
    }
    writeFileSync(file, content)
    expect(await codeOf(open('a', folder))).toBe('nothing')
  })

  it('does not let a document name files outside its folder', async () => {
    const { folder } = await saveNew('a', 'Sly')
    const elsewhere = openSoundLibrary()
    try {
      const copy = join(elsewhere.scratch, 'Sly')
      cpSync(folder, copy, { recursive: true })
      cpSync(join(copy, 'audio', readdirSync(join(copy, 'audio'))[0]!), join(elsewhere.scratch, 'secret.wav'))
      const file = join(copy, 'project.json')
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"file": "[^"]+"/, '"file": "../../secret.wav"'))
      expect((await open('x', copy, elsewhere.services)).warnings).toHaveLength(1)
    } finally {
      elsewhere.close()
    }
  })
})

describe('edits that were not saved', () => {
  it('are offered after a crash, and come back over the version that was saved', async () => {
    const { folder } = await saveNew('a', 'Crash', songProject())
    const saved = (await open('a', folder)).project
    const edited = marked(saved)
    await projects().autosave({ sessionId: 'a', folder, project: edited })
    expect(await projects().recoveries()).toEqual([])
    projects().close()
    const restarted = app.reopen().projects
    const offered = (await restarted.recoveries()).find((recovery) => recovery.folder === folder)
    expect(offered).toMatchObject({ name: 'Crash', folder })
    const opened = await restarted.recover({ sessionId: 'new', recoveryId: offered!.id })
    expect(opened).toMatchObject({ project: saved, folder, recovered: { project: edited } })
    expect((await restarted.open({ sessionId: 'new', folder, takeOver: false })).recovered?.project).toEqual(edited)
    await restarted.save({ sessionId: 'new', folder, project: edited })
    expect(await restarted.open({ sessionId: 'new', folder, takeOver: false })).toEqual({ project: edited, folder, warnings: [] })
    restarted.close()
  })

  it('of a project that was never saved come back too, with their sound', async () => {
    const project = songProject()
    const { recoveryId } = await projects().autosave({ sessionId: 'n', project })
    projects().close()
    const restarted = app.reopen().projects
    expect((await restarted.recoveries()).map(({ id }) => id)).toContain(recoveryId)
    const opened = await restarted.recover({ sessionId: 'm', recoveryId })
    expect(opened).toMatchObject({ project: { id: project.id, tracks: [] }, recovered: { project }, warnings: [] })
    const { folder } = await restarted.saveAs({ sessionId: 'm', name: 'Rescued', project })
    expect((await restarted.recoveries()).map(({ id }) => id)).not.toContain(recoveryId)
    expect((await restarted.open({ sessionId: 'm', folder, takeOver: false })).project.tracks).toEqual(project.tracks)
    restarted.close()
  })

  it('are not offered when they were undone, or are older than what was saved since', async () => {
    const { folder } = await saveNew('a', 'Undone')
    const { project } = await open('a', folder)
    const { recoveryId } = await projects().autosave({ sessionId: 'a', folder, project })
    await projects().release({ sessionId: 'a' })
    expect((await projects().recoveries()).map(({ id }) => id)).not.toContain(recoveryId)
    await projects().autosave({ sessionId: 'a', folder, project: marked(project) })
    await projects().release({ sessionId: 'a' })
    expect((await projects().recoveries()).map(({ id }) => id)).toContain(recoveryId)
    const file = join(folder, 'project.json')
    await new Promise((resolve) => setTimeout(resolve, 20))
    writeFileSync(file, readFileSync(file))
    expect((await projects().recoveries()).map(({ id }) => id)).not.toContain(recoveryId)
    expect((await open('a', folder)).recovered).toBeUndefined()
  })

  it('are kept as a window says goodbye, thrown away when the user says so, and outlive the folder', async () => {
    const { folder } = await saveNew('a', 'Goodbye')
    const project = marked((await open('a', folder)).project)
    await projects().release({ sessionId: 'a', unsaved: { folder, project } })
    expect((await open('b', folder)).recovered).toMatchObject({ project, wasLeft: true })
    await projects().discard({ sessionId: 'b' })
    expect((await open('b', folder)).recovered).toBeUndefined()
    const { recoveryId } = await projects().autosave({ sessionId: 'b', folder, project })
    await projects().release({ sessionId: 'b' })
    rmSync(folder, { recursive: true })
    const opened = await projects().recover({ sessionId: 'b', recoveryId })
    expect([opened.folder, opened.recovered?.project]).toEqual([undefined, project])
    expect(opened.warnings[0]).toMatch(/is gone/)
    await projects().discard({ sessionId: 'b' })
  })
})

describe('two on one project', () => {
  it('are refused: the second window cannot open, save or rename, until the first lets go', async () => {
    const { folder } = await saveNew('first', 'Shared')
    const project = marked({ ...songProject(), name: 'Shared' })
    const all = () => [
      open('second', folder),
      projects().save({ sessionId: 'second', folder, project }),
      projects().autosave({ sessionId: 'second', folder, project }),
      projects().rename({ sessionId: 'second', folder, name: 'Mine' }),
      projects().remove({ sessionId: 'second', folder }),
    ]
    expect(await Promise.all(all().map(codeOf))).toEqual(Array.from({ length: 5 }, () => 'PROJECT_IN_USE'))
    expect(await projects().keep({ sessionId: 'second', folder, projectId: project.id })).toEqual({ held: false })
    expect(await projects().keep({ sessionId: 'first', folder, projectId: project.id })).toEqual({ held: true })
    await projects().release({ sessionId: 'first' })
    expect(await codeOf(open('second', folder))).toBe('nothing')
  })

  it('lets a window take the project over, and tells the other, which cannot save it any more', async () => {
    const { folder } = await saveNew('one', 'Taken')
    const taken: unknown[] = []
    const stop = app.services.onEvent((event) => event.name === 'project.taken' && taken.push(event.payload))
    await projects().open({ sessionId: 'two', folder, takeOver: true })
    stop()
    expect(taken).toEqual([{ sessionId: 'one' }])
    expect(await codeOf(projects().save({ sessionId: 'one', folder, project: songProject() }))).toBe('PROJECT_IN_USE')
    expect(await codeOf(projects().save({ sessionId: 'two', folder, project: songProject() }))).toBe('nothing')
  })

  it('gives back what a window had when opening another project fails', async () => {
    const { folder } = await saveNew('keeper', 'Kept')
    const other = await saveNew('someone', 'Of someone')
    expect(await codeOf(open('keeper', other.folder))).toBe('PROJECT_IN_USE')
    expect(await codeOf(open('third', folder))).toBe('PROJECT_IN_USE')
  })

  it('opens a folder under any of its names as one', async () => {
    const { folder } = await saveNew('a', 'Aliased')
    expect(await codeOf(open('b', join(folder, '..', 'Aliased', '.')))).toBe('PROJECT_IN_USE')
  })
})

describe('the lists of projects', () => {
  it('name what was used last first, mark what is gone, and forget without deleting', async () => {
    const first = await saveNew('l', 'Listed first')
    const second = await saveNew('l', 'Listed second')
    await open('l', first.folder)
    const top = async () => (await projects().recents()).slice(0, 2).map(({ name }) => name)
    expect(await top()).toEqual(['Listed first', 'Listed second'])
    rmSync(second.folder, { recursive: true })
    expect((await projects().recents())[1]).toEqual({ folder: second.folder, name: 'Listed second', isOwn: true })
    await projects().forget({ folder: second.folder })
    expect((await projects().recents()).some(({ folder }) => folder === second.folder)).toBe(false)
    await projects().forget({ folder: first.folder })
    expect((await projects().recents()).at(-1)).toMatchObject({ folder: expect.any(String), isOwn: true })
    expect((await projects().recents()).some(({ folder }) => folder === first.folder)).toBe(true)
  })

  it('renames a project with its folder, open or not, and its unsaved edits go with it', async () => {
    const { folder } = await saveNew('r', 'Before')
    const { project } = await open('r', folder)
    await projects().autosave({ sessionId: 'r', folder, project: marked(project) })
    const renamed = await projects().rename({ sessionId: 'r', folder, name: 'After: all' })
    expect(renamed).toEqual({ folder: join(app.library, 'Projects', 'After_ all'), name: 'After: all', warnings: [] })
    expect([existsSync(folder), await codeOf(open('s', renamed.folder))]).toEqual([false, 'PROJECT_IN_USE'])
    const opened = await open('r', renamed.folder)
    expect([opened.project.name, opened.recovered?.project.markers.length]).toEqual(['After: all', 1])
    await saveNew('s', 'Other')
    expect(await codeOf(projects().rename({ sessionId: 'r', folder: renamed.folder, name: 'Other' }))).toBe('OUTPUT_EXISTS')
    // Would catch: a window that lost its project to whoever asks next, because its new name was taken.
    expect(await codeOf(open('s', renamed.folder))).toBe('PROJECT_IN_USE')
    expect(await codeOf(projects().save({ sessionId: 'r', folder: renamed.folder, project }))).toBe('nothing')
  })

  it('deletes the app\'s own projects only', async () => {
    const own = await saveNew('d', 'To delete')
    const { folder } = await projects().saveAs({ sessionId: 'd', name: 'Mine', parent: join(app.scratch, 'Documents'), project: songProject() })
    await projects().remove({ sessionId: 'd', folder: own.folder })
    expect([existsSync(own.folder), (await projects().recents()).some((recent) => recent.folder === own.folder)]).toEqual([false, false])
    expect(await codeOf(projects().remove({ sessionId: 'd', folder }))).toBe('INVALID_INPUT')
    expect(existsSync(join(folder, 'project.json'))).toBe(true)
  })
})
