import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { openAudio } from '#main/node/audioReader'
import { measureMix } from '#main/node/mixLoudness'
import type { MixInput } from '#main/node/projectMix'
import { renderFiles } from '#main/node/renderFiles'
import type { Tags } from '#shared/audio/id3'
import type { WorkContext } from '#shared/jobs/work'
import { type PlannedFile, planRender, sourcesOf } from '#shared/project/renderPlan'

/** The dither is the same for every project: the same input gives the same files. */
const ditherSeed = 1

/** @throws what `planRender` and `renderFiles` throw */
export async function render({ folder, format, measured, ...input }: ComputeInput<'render'>, context: WorkContext): Promise<ComputeResult<'render'>> {
  const mix = mixOf(input)
  const tags: Tags[] = []
  for (const file of mix.plan.files) tags.push(await sharedTags(input, file))
  const { files, gainDb, warnings } = await renderFiles({ ...mix, folder, format, tags, seed: ditherSeed, measured }, context)
  return { files: [...files], gainDb, warnings: [...warnings] }
}

/** @throws what `planRender` and `measureMix` throw */
export async function loudness(input: ComputeInput<'loudness'>, context: WorkContext): Promise<ComputeResult<'loudness'>> {
  return measureMix(mixOf(input), context)
}

function mixOf({ choice, date, sounds }: ComputeInput<'loudness'>): MixInput {
  const files = choice.project.sources.flatMap(({ id, frames }) => (sounds[id] === undefined ? [] : [[id, { path: sounds[id], frames }] as const]))
  return { plan: planRender(choice, date), sounds: Object.fromEntries(files) }
}

/** The tags that are the same in all sounds of a file: of one song nearly all, of several those of the artist, perhaps. */
async function sharedTags({ choice, sounds }: ComputeInput<'loudness'>, { tracks }: PlannedFile): Promise<Tags> {
  const paths = sourcesOf(choice.project, tracks).flatMap(({ id }) => sounds[id] ?? [])
  const [first = {}, ...others] = await Promise.all(paths.map(tagsOf))
  return Object.fromEntries(Object.entries(first).filter(([name, text]) => others.every((tags) => tags[name] === text)))
}

async function tagsOf(path: string): Promise<Tags> {
  const reader = await openAudio(path, { minimumSeconds: 0 })
  await reader.close()
  return reader.info.tags
}
