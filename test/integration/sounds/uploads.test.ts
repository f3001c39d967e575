import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tasks } from '#main/compute/tasks/tasks'
import { fakeComputeProcess } from '#test/fakeComputeProcess'
import { writeNoise } from '#test/sound'
import { startWebApp, type WebApp } from '#test/webApp'

let app: WebApp
beforeAll(async () => {
  app = await startWebApp({ page: join(import.meta.dirname, '../../../src-renderer'), launchCompute: () => fakeComputeProcess(tasks) })
})
afterAll(() => app.close())

const headers = () => ({ 'x-stemwright-token': app.token })

async function post(path: string, body: BodyInit): Promise<Record<string, string>> {
  const answer = await fetch(app.origin + path, { method: 'POST', headers: headers(), body })
  const reply = (await answer.json()) as { ok: boolean; result: Record<string, string>; error?: unknown }
  if (!reply.ok) throw new Error(JSON.stringify(reply.error))
  return reply.result
}

const ask = (name: string, payload: unknown) => post(`/api/request/${name}`, JSON.stringify({ payload }))

describe('a song that was uploaded', () => {
  it('can be fetched decoded, by ranges, with its peaks and tiles, and leaves no copy of itself once it is deleted', async () => {
    const file = join(app.scratch, 'mine.wav')
    await writeNoise(file, 1, 1)
    const { uploadId } = await post('/api/uploads?name=mine.wav', readFileSync(file))
    const again = await post('/api/uploads?name=mine.wav', readFileSync(file))
    await ask('songs.import', { uploadId: again['uploadId'] })
    const song = await ask('songs.import', { uploadId })
    const { jobId } = await ask('sounds.prepare', { songId: song['id'] })
    const { state } = await app.services.jobs.finished(jobId!)
    if (state.status !== 'succeeded') throw new Error(JSON.stringify(state))
    const sound = state.result as unknown as { id: string; audioUrl: string; peaksUrl: string }
    const tile = await ask('sounds.tile', { soundId: sound.id, level: 0, index: 0 })
    const urls = [sound.audioUrl, sound.peaksUrl, tile['url']!]
    const statuses = () => Promise.all(urls.map(async (url) => (await fetch(app.origin + url, { headers: { ...headers(), Range: 'bytes=0-99' } })).status))
    expect(await statuses()).toEqual([206, 206, 206])
    expect(readdirSync(join(app.scratch, 'uploads'))).toHaveLength(2)
    await ask('sounds.deleteEverything', { soundId: sound.id })
    expect(await statuses()).toEqual([404, 404, 404])
    expect(readdirSync(join(app.scratch, 'uploads'))).toEqual([])
    expect(readdirSync(join(app.scratch, 'sounds'))).toEqual([])
    // The file that was uploaded is the user's.
    expect(readFileSync(file).length).toBeGreaterThan(44100)
  })
})
