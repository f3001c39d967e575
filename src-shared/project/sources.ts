import type { Clip, Project, Source } from '#shared/project/project'
import { AppError } from '#shared/errors'

/** Returns the source of this id, or undefined. */
export function findSource({ sources }: Project, sourceId: string): Source | undefined {
  return sources.find(({ id }) => id === sourceId)
}

/**
 * Returns the project with one more source; one that is there already is left as it is. The first gives the project its rate.
 * Where no clip plays it, it goes with the next thing that is removed.
 * @throws AppError RATE_MISMATCH for a source of another rate than the project's
 */
export function addSource(project: Project, { source }: { source: Source }): Project {
  if (findSource(project, source.id)) return project
  const { sampleRate = source.sampleRate } = project
  if (source.sampleRate !== sampleRate) throw otherRate(source, sampleRate)
  return { ...project, sampleRate, sources: [...project.sources, source] }
}

function otherRate({ name, sampleRate }: Source, projectRate: number): AppError {
  const message = `"${name}" has ${sampleRate} Hz and this project ${projectRate} Hz, so it was not added: sound is never resampled here. Put it into a project of its own, or convert it to ${projectRate} Hz first.`
  return new AppError('RATE_MISMATCH', message)
}

/**
 * Returns the project without the sources that nothing needs: neither a clip, nor a source that is played as its mixture or
 * its other stem. Without any, the project has no rate either, so that the next song may have another.
 */
export function withoutUnusedSources(project: Project): Project {
  const needed = neededSourceIds(project)
  const sources = project.sources.filter(({ id }) => needed.has(id))
  if (sources.length === project.sources.length) return project
  const { sampleRate, ...rest } = project
  return { ...rest, ...(sources.length > 0 && sampleRate !== undefined && { sampleRate }), sources }
}

function neededSourceIds(project: Project): Set<string> {
  const needed = new Set<string>()
  const visit = (id: string) => {
    if (needed.has(id)) return
    needed.add(id)
    const stem = findSource(project, id)?.stem
    if (!stem) return
    visit(stem.mixtureId)
    visit(stem.otherId)
  }
  for (const { clips } of project.tracks) clips.forEach((clip: Clip) => visit(clip.sourceId))
  return needed
}
