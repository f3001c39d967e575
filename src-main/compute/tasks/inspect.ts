import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { openAudio } from '#main/node/audioReader'
import { downmixNote } from '#shared/audio/mixdown'

/** @throws what `openAudio` throws */
export async function inspect({ path }: ComputeInput<'inspect'>): Promise<ComputeResult<'inspect'>> {
  const reader = await openAudio(path)
  try {
    const { sampleRate, channels, frames, durationSeconds, layout } = reader.info
    const note = downmixNote(layout)
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    return { sampleRate, channels, frames, seconds: durationSeconds, warnings: [...reader.warnings, ...(note === undefined ? [] : [note])], sha256: hash.digest('hex') }
  } finally {
    await reader.close()
  }
}
