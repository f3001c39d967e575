import { downmix } from '#shared/audio/mixdown'
import type { AudioReader, BlockOptions } from '#main/node/audioReader'

/** Yields a file's sound as it is separated: its own channels up to two, else the stereo downmix. See AudioReader.blocks. */
export async function* mixtureBlocks(reader: AudioReader, options: BlockOptions = {}): AsyncGenerator<Float32Array[]> {
  for await (const block of reader.blocks(options)) yield downmix(block, reader.info.layout)
}
