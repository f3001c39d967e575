import type { OpenParts, OpenSound, SoundItem, SoundRole } from '#main/datasets/check/checkedSounds'
import { Ear } from '#main/datasets/check/ear'
import type { SoundFacts } from '#main/datasets/check/soundMeter'
import { StemPair, type StemRelation } from '#main/datasets/check/stemPair'
import { together } from '#main/datasets/check/together'
import { LandmarkFinder, type Landmarks } from '#main/datasets/landmarks/landmarkFinder'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** What was measured of one item. */
export interface ItemFacts extends StemRelation {
  readonly item: SoundItem
  readonly sounds: Readonly<Partial<Record<SoundRole, SoundFacts>>>
  /** What it is recognised by: of each stem and of their sum, or of the recording. */
  readonly landmarks: readonly { readonly role: SoundRole; readonly marks: Landmarks }[]
  /** The same for two short recordings that are alike to the sample. */
  readonly contentKey: string | undefined
  /** What could not be read of its files. */
  readonly warnings: readonly string[]
}

/**
 * Reads the sounds of an item once, in step, and measures them, in memory that grows by 600 bytes a second of sound.
 * @param onShare is told how much of it is done, 0 to 1
 * @throws AppError where a file cannot be read; the signal's reason
 */
export async function measureItem(item: SoundItem, open: OpenParts, context: WorkContext, onShare: (share: number) => void): Promise<ItemFacts> {
  const opened: OpenSound[] = []
  let listener: Listener | undefined
  try {
    for (const { parts } of item.sounds) opened.push(await open(parts))
    listener = await Listener.create(item, opened)
    const expected = Math.max(0, ...opened.map(({ frames }) => frames ?? 0))
    let done = 0
    for await (const { length, step } of together(opened.map((sound) => sound.blocks()))) {
      await checkpointCancel(context)
      listener.hear(step, length)
      done += length
      if (expected > 0) onShare(Math.min(1, done / expected))
    }
    return { ...listener.finish(), warnings: [...new Set(opened.flatMap(({ warnings }) => warnings))] }
  } finally {
    listener?.dispose()
    for (const sound of opened) await sound.close()
  }
}

/** All that listens while an item is read. */
class Listener {
  private constructor(
    private readonly item: SoundItem,
    private readonly ears: readonly Ear[],
    private readonly pair: StemPair,
    /** Finds the landmarks of the sum of both stems. */
    private readonly sum: LandmarkFinder | undefined,
  ) {}

  static async create(item: SoundItem, opened: readonly OpenSound[]): Promise<Listener> {
    const ears: Ear[] = []
    for (const sound of opened) ears.push(await Ear.create(sound))
    const pair = new StemPair(item, opened)
    return new Listener(item, ears, pair, pair.isWhole ? await LandmarkFinder.create() : undefined)
  }

  hear(step: readonly (readonly Float32Array[] | undefined)[], length: number): void {
    const low = this.ears.map((ear, at) => ear.hear(step[at], length))
    this.pair.add(step)
    this.sum?.push(sumOf(low[0]!, low[1]!))
  }

  finish(): Omit<ItemFacts, 'warnings'> {
    const { item, ears, sum } = this
    const low = ears.map((ear) => ear.flush())
    sum?.push(sumOf(low[0]!, low[1]!))
    const landmarks = item.sounds.flatMap(({ role }, at) => {
      const marks = role === 'mixture' ? undefined : ears[at]!.landmarks()
      return marks ? [{ role, marks }] : []
    })
    return {
      item,
      sounds: Object.fromEntries(item.sounds.map(({ role }, at) => [role, ears[at]!.meter.finish()])),
      ...this.pair.finish(),
      landmarks: sum ? [...landmarks, { role: 'mixture', marks: sum.finish() }] : landmarks,
      contentKey: ears.length === 1 ? ears[0]!.key.finish() : undefined,
    }
  }

  dispose(): void {
    for (const ear of this.ears) ear.dispose()
    this.sum?.dispose()
  }
}

function sumOf(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + (b[i] ?? 0))
}
