import { join } from 'node:path'
import { writeHeard } from '#main/node/clipFiles'
import { readResultIndex, type ComparisonFacts } from '#main/node/resultIndex'
import { pinnedClips } from '#main/node/runResults'
import { writeWhole } from '#main/node/wholeFile'
import type { HeardClip, PinnedClip } from '#main/training/resultSource'

/** Writes what `hear` makes of the clips of a run into a folder that is there, with its `comparison.json`. */
export async function writeComparison(
  { runFolder, name, output }: { runFolder: string; name: string; output: string },
  hear: (clip: PinnedClip) => Promise<HeardClip>,
): Promise<void> {
  const { clips: facts = [] } = await readResultIndex(runFolder)
  const comparison: ComparisonFacts = { name, clips: {} }
  for (const [index, clip] of (await pinnedClips(runFolder, facts)).entries()) {
    comparison.clips[facts[index]!.id] = (await writeHeard(output, facts[index]!, await hear(clip))).facts
  }
  await writeWhole(join(output, 'comparison.json'), `${JSON.stringify(comparison)}\n`)
}
