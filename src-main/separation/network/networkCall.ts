import type { FittedNetwork } from '#main/separation/network/contract'

/** Which channels of a song a network is given, and which channels its answer is for. */
export interface ChannelWiring {
  /** For each run of the network: the song's channel that each of its channels hears. */
  readonly runs: readonly (readonly number[])[]
  /** For each channel of the song: which channels of which runs it is the mean of. */
  readonly answers: readonly (readonly { run: number; channel: number }[])[]
}

/** A mono song is heard twice by a stereo network; a network with one channel hears left and right one after the other. */
export function wireChannels(song: number, network: number): ChannelWiring {
  if (network === 1) {
    const channels = Array.from({ length: song }, (_, channel) => channel)
    return { runs: channels.map((channel) => [channel]), answers: channels.map((run) => [{ run, channel: 0 }]) }
  }
  if (song === 1) return { runs: [[0, 0]], answers: [[{ run: 0, channel: 0 }, { run: 0, channel: 1 }]] }
  return { runs: [[0, 1]], answers: [[{ run: 0, channel: 0 }], [{ run: 0, channel: 1 }]] }
}

/** One run of a network on one segment. */
export interface NetworkItem {
  /** Writes what the network is given; `at` is where its item begins. */
  write(values: Float32Array, at: number): void
  /** Takes the answer; `at` is where its item begins. */
  read(values: Float32Array, at: number): void
}

/** Runs a network on items, as many at once as it takes; places that are left over are silence. */
export async function callNetwork({ network, input, output, outputName, batch, adapter }: FittedNetwork, items: readonly NetworkItem[]): Promise<void> {
  const size = input.shape.reduce((product, length) => product * length, 1)
  for (let first = 0; first < items.length; first += batch) {
    const values = new Float32Array(size)
    const called = items.slice(first, first + batch)
    called.forEach((item, i) => item.write(values, i * input.strides.batch))
    const answer = await network.run(values, input.shape, outputName)
    called.forEach((item, i) => item.read(answer.values, i * output.strides.batch + adapter.stem * output.strides.stem))
  }
}
