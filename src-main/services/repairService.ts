import type { ComputeClient, TaskContext } from '#main/compute/client'
import type { ComputeInput, ComputeResult, StemOperation } from '#main/compute/protocol'
import { createFleetingSounds } from '#main/services/fleetingSounds'
import type { JobOptions, JobQueue } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { ModelService } from '#main/services/modelService'
import type { Platform, StagedSound, StemPaths } from '#main/services/platform'
import type { SoundService } from '#main/services/soundService'
import type { Job } from '#shared/contract/jobs'
import type { DoubtResult, RepairRequests, RepairResult, StemPair } from '#shared/contract/repair'
import type { Sound } from '#shared/contract/sounds'

type PairFiles = ComputeInput<'repair'>['pair']
type Request<Name extends keyof RepairRequests> = RepairRequests[Name]

/** Stems are made better by hand here. Nothing changes a sound: each repair makes others, and undoing one is an edit. */
export interface RepairService {
  /** @throws AppError SOUND_NOT_FOUND, as do the others */
  move(request: Request<'move'>): Promise<Job>
  gain(request: Request<'gain'>): Promise<Job>
  reshape(request: Request<'reshape'>): Promise<Job>
  previewReshape(request: Request<'previewReshape'>): Promise<Job>
  audition(request: Request<'audition'>): Promise<Job>
  /** @throws AppError SOUND_NOT_FOUND, MODEL_NOT_FOUND, MODEL_CORRUPT */
  doubt(request: Request<'doubt'>): Promise<Job>
  /** A sound of a preview or an audition, as long as it is kept. */
  fleeting(soundId: string): Sound | undefined
  /** Removes the sounds that nobody keeps. */
  clearFleeting(): Promise<void>
}

interface Dependencies {
  readonly platform: Platform
  /** The process that has the model. */
  readonly compute: ComputeClient
  /** The process of what the user waits for. */
  readonly reader: ComputeClient
  readonly queue: JobQueue
  readonly sounds: SoundService
  readonly models: ModelService
  readonly media: MediaRegistry
}

/** The latent samples are the same each time: the same song gives the same spots. */
const doubtSeed = 1

/** What reshaped stems were made of. */
interface Basis {
  readonly pair: StemPair
  /** Exponents, against the separation: of `pair`, and of what was made of it. */
  readonly from: number
  readonly exponent: number
}

/** Returns the service; repairs run in the lane of the reader, looking for doubt in that of the separations. */
export function createRepairService({ platform, compute, reader, queue, sounds, models, media }: Dependencies): RepairService {
  const fleeting = createFleetingSounds({ platform, reader, media })
  const bases = new Map<string, Basis>()
  const doubts = new Map<string, DoubtResult>()

  const filesOf = async ({ mixture, vocals, accompaniment, offset }: StemPair): Promise<PairFiles> => ({
    mixture: await sounds.path(mixture),
    vocals: await sounds.path(vocals),
    accompaniment: await sounds.path(accompaniment),
    offset,
  })

  const staging = async <Value>(work: (staged: { vocals: StagedSound; accompaniment: StagedSound }) => Promise<Value>): Promise<Value> => {
    const staged: StagedSound[] = []
    try {
      while (staged.length < 2) staged.push(await platform.sounds.stage())
      return await work({ vocals: staged[0]!, accompaniment: staged[1]! })
    } finally {
      for (const each of staged) await each.discard()
    }
  }

  const perform = (pair: StemPair, files: PairFiles, operation: StemOperation, context: TaskContext): Promise<RepairResult> =>
    staging(async (staged) => {
      const output = { vocals: staged.vocals.audioPath, accompaniment: staged.accompaniment.audioPath }
      const done = await reader.run('repair', { pair: files, operation, output }, context)
      const stem = async (name: keyof StemPaths) => {
        const before = await sounds.get(pair[name])
        if (operation.kind === 'gain' && operation.stem !== name) return before
        return sounds.adopt(output[name], { name: before.name, madeOf: [pair.mixture, pair[name]] }, context)
      }
      return { ...(done satisfies ComputeResult<'repair'>), vocals: await stem('vocals'), accompaniment: await stem('accompaniment') }
    })

  const enqueue = async (pair: StemPair, operation: StemOperation, onResult?: (result: RepairResult) => void): Promise<Job> => {
    const files = await filesOf(pair)
    const { name } = await sounds.get(pair.mixture)
    return queue.add(
      { kind: 'repair', title: name },
      async (context) => {
        const result = await perform(pair, files, operation, context)
        onResult?.(result)
        return result
      },
      inReader(pair),
    )
  }

  /** Reshaped stems are reshaped from what they were made of, so that nothing is lost on the way there and back. */
  const originOf = ({ pair, exponent, current }: { pair: StemPair; exponent: number; current: number }): Basis => {
    const basis = bases.get(keyOf(pair))
    return basis?.exponent === current ? { ...basis, exponent } : { pair, from: current, exponent }
  }

  const unchanged = async (pair: StemPair): Promise<RepairResult> => {
    const [vocals, accompaniment] = await Promise.all([sounds.get(pair.vocals), sounds.get(pair.accompaniment)])
    const { nullResidualDbfs } = await reader.run('measureNull', { pair: await filesOf(pair) })
    return { vocals, accompaniment, nullResidualDbfs, warnings: [] }
  }

  return {
    move: ({ pair, regions, from }) => enqueue(pair, { kind: 'move', regions, from }),
    gain: ({ pair, regions, stem, decibels }) => enqueue(pair, { kind: 'gain', regions, stem, decibels }),
    async reshape(request) {
      const basis = originOf(request)
      const { pair, from, exponent } = basis
      if (exponent === from) {
        const { name } = await sounds.get(pair.mixture)
        return queue.add({ kind: 'repair', title: name }, () => unchanged(pair), inReader(pair))
      }
      return enqueue(pair, { kind: 'reshape', exponent: exponent / from }, ({ vocals, accompaniment }) => {
        bases.set(keyOf({ ...pair, vocals: vocals.id, accompaniment: accompaniment.id }), basis)
      })
    },
    async previewReshape({ start, length, ...request }) {
      const { pair, from, exponent } = originOf(request)
      const { vocals, accompaniment } = await filesOf(pair)
      const task = { pair: { vocals, accompaniment }, exponent: exponent / from, start, length }
      const { name } = await sounds.get(pair.mixture)
      return queue.add(
        { kind: 'reshapePreview', title: name },
        async (context) => {
          const write = ([first, second]: readonly string[]) =>
            reader.run('previewReshape', { ...task, output: { vocals: first!, accompaniment: second! } }, context)
          const { sounds: made, value } = await fleeting.make([name, name], write, context)
          return { vocals: made[0]!, accompaniment: made[1]!, start: value.start, exponent }
        },
        inReader(pair),
      )
    },
    async audition({ soundId, regions }) {
      const path = await sounds.path(soundId)
      const { name } = await sounds.get(soundId)
      return queue.add(
        { kind: 'audition', title: name },
        async (context) => {
          const write = ([output]: readonly string[]) => reader.run('audition', { path, regions, output: output! }, context)
          const { sounds: made, value } = await fleeting.make([name], write, context)
          return { sound: made[0]!, start: value.start }
        },
        { lane: 'reader', sounds: [soundId] },
      )
    },
    async doubt({ pair, modelId }) {
      const mixture = await sounds.path(pair.mixture)
      const [{ name }, { frames }, model] = [await sounds.get(pair.mixture), await sounds.get(pair.vocals), await models.findSeparator(modelId)]
      const key = [pair.mixture, pair.offset, frames, model.card.sha256].join('-')
      const known = doubts.get(key)
      const options = { sounds: soundsOf(pair), models: [model.card.id] }
      if (known) return queue.addFinished({ kind: 'doubt', title: name }, known, options)
      const task = { mixture, offset: pair.offset, length: frames, modelDirectory: model.directory, seed: doubtSeed }
      return queue.add({ kind: 'doubt', title: name }, async (context) => {
        const result = await compute.run('doubt', task, context)
        doubts.set(key, result)
        return result
      }, options)
    },
    fleeting: fleeting.find,
    clearFleeting: fleeting.clear,
  }
}

function soundsOf({ mixture, vocals, accompaniment }: StemPair): string[] {
  return [mixture, vocals, accompaniment]
}

function inReader(pair: StemPair): JobOptions {
  return { lane: 'reader', sounds: soundsOf(pair) }
}

function keyOf({ mixture, offset, vocals, accompaniment }: StemPair): string {
  return [mixture, offset, vocals, accompaniment].join(' ')
}
