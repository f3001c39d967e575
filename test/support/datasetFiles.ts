import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createComputeClient } from '#main/compute/client'
import { alignPair } from '#main/compute/tasks/alignPair'
import { nodeDatasets } from '#main/node/datasetFolder'
import { Dictionary, FFmpegError, FormatContext, Packet, type Stream } from '#main/node/ffmpeg'
import { createDatasetService, type DatasetService } from '#main/services/datasetService'
import type { Dataset } from '#shared/contract/datasets'
import { encodeWav } from '#shared/audio/wavCodec'
import { randomStream } from '#shared/random'
import { fixtureKind, writeFixture } from '#test/audioFixtures'
import { fakeComputeProcess } from '#test/fakeComputeProcess'

export const rate = 44100

/** Noise that is the same for the same seed; `level` is its largest value. */
export function noise(seed: number, frames: number, level = 0.3): Float32Array {
  const random = randomStream(seed)
  return Float32Array.from({ length: frames }, () => random.between(-level, level))
}

/** Writes files below a folder: text as it is, bytes, or sound as a WAV file of floats. */
export function writeTree(folder: string, files: Readonly<Record<string, string | Uint8Array | readonly Float32Array[]>>, sampleRate = rate): void {
  for (const [path, content] of Object.entries(files)) {
    const place = join(folder, path)
    mkdirSync(dirname(place), { recursive: true })
    const isSound = typeof content !== 'string' && !(content instanceof Uint8Array)
    writeFileSync(place, isSound ? encodeWav({ sampleRate, channels: content }, 'float32') : content)
  }
}

/** A tenth of a second of stereo noise, for files of which only the names count. */
export function blip(seed = 1): Float32Array[] {
  return [noise(seed, 4410), noise(seed + 1, 4410)]
}

/** Writes sounds as the streams of one .stem.mp4 file, in AAC, as MUSDB18 has them; each also as a file of its own beside it. */
export function writeStemFile(path: string, streams: readonly (readonly Float32Array[])[]): string[] {
  mkdirSync(dirname(path), { recursive: true })
  const single = streams.map((planes, i) => {
    const file = `${path}.${i}.m4a`
    writeFixture(file, fixtureKind('aac.m4a'), planes, rate)
    return file
  })
  const out = new FormatContext()
  check(out.allocOutputContext2(null, 'mp4', path))
  const inputs = single.map((file) => {
    const input = new FormatContext()
    check(input.openInputSync(file, null, Dictionary.fromObject({})))
    check(input.findStreamInfoSync(null))
    const stream = out.newStream(null)
    check(input.streams[0]!.codecpar.copy(stream.codecpar))
    stream.timeBase = input.streams[0]!.timeBase
    return { input, stream }
  })
  check(out.openOutputSync())
  check(out.writeHeaderSync(null))
  for (const { input, stream } of inputs) copyPackets(input, out, stream)
  check(out.writeTrailerSync())
  out.closeOutputSync()
  for (const { input } of inputs) input.closeInputSync()
  return single
}

function copyPackets(input: FormatContext, out: FormatContext, stream: Stream): void {
  const packet = new Packet()
  packet.alloc()
  while (input.readFrameSync(packet) >= 0) {
    packet.rescaleTs(input.streams[0]!.timeBase, stream.timeBase)
    packet.streamIndex = stream.index
    check(out.interleavedWriteFrameSync(packet))
    packet.unref()
  }
  packet.free()
}

function check(code: number): void {
  if (code < 0) throw new Error(FFmpegError.strerror(code))
}

/** Bytes of an IDX file of unsigned bytes. */
export function idxBytes(shape: readonly number[], values: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length))
  head.setUint32(0, 0x800 + shape.length)
  shape.forEach((size, i) => head.setUint32(4 + 4 * i, size))
  return Buffer.concat([Buffer.from(head.buffer), values])
}

/** Files as MNIST has them, with pictures of 4 by 4 dots. */
export function idxFiles(train: number, test: number): Record<string, Uint8Array> {
  const values = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 37) % 256)
  return {
    'train-images-idx3-ubyte.gz': gzipSync(idxBytes([train, 4, 4], values(train * 16))),
    'train-labels-idx1-ubyte.gz': gzipSync(idxBytes([train], values(train).map((value) => value % 10))),
    't10k-images-idx3-ubyte': idxBytes([test, 4, 4], values(test * 16)),
    't10k-labels-idx1-ubyte': idxBytes([test], values(test).map((value) => value % 10)),
  }
}

/** The service of datasets over Node, with what it keeps in `folder`; pairs are aligned in this process. */
export function openDatasets(folder: string): { datasets: DatasetService; told: Dataset[][]; close(): void } {
  const reader = createComputeClient(() => fakeComputeProcess({ alignPair }))
  const told: Dataset[][] = []
  let count = 0
  const newId = () => `dataset-${process.pid}-${++count}-${Math.floor(performance.now())}`
  const datasets = createDatasetService({ platform: nodeDatasets(folder), newId, reader, changed: (list) => told.push(list) })
  return { datasets, told, close: () => reader.close() }
}

/** Removes a folder with all that is in it. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}
