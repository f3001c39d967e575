import { Analyser } from 'tone/build/esm/component/analysis/Analyser'
import { Merge } from 'tone/build/esm/component/channel/Merge'
import { Split } from 'tone/build/esm/component/channel/Split'
import { Context } from 'tone/build/esm/core/context/Context'
import { Gain } from 'tone/build/esm/core/context/Gain'
import { setContext } from 'tone/build/esm/core/context/GlobalContext'
import { connect, type ToneAudioNode } from 'tone/build/esm/core/context/ToneAudioNode'
import type { Programme } from '#renderer/playback/piece'
import type { Stereo } from '#shared/audio/audioClip'
import { audibleTracks, trackGains } from '#shared/audio/mixing'

/** Seconds over which a gain changes, so that it is not heard as a click. */
const rampSeconds = 0.015

/**
 * A frame's share that is added to every time. A frame's number divided by the rate and multiplied by it again may come out a hair
 * above itself, and the browser, which rounds up, would begin a frame late; it takes this little for exactly on the frame.
 */
const pastFrame = 1e-5

/** Frames of silence before sound begins in which the way for it is opened. */
const openFrames = 64

/** How much of each version is heard. */
export type VersionGains = readonly number[]

/**
 * The tracks of a programme as a graph of sound: for each track a gain a channel, a meter, and a sum; for each version a gain.
 * It is built the same for a live context and for one that renders, and computes what src-shared/audio/mixing computes: gains
 * are float32, and each sum has two inputs, in the order of the tracks, because the order in which a browser adds many is open.
 */
export class PlaybackGraph {
  private readonly gate: Level
  private readonly shape: string
  private readonly lanes: Lane[]
  private readonly versions: Level[]
  private readonly meter: Analyser<2>
  private readonly nodes: ToneAudioNode[] = []
  private playing = new Set<AudioBufferSourceNode>()

  constructor(
    private readonly context: Context,
    /** Hertz; of the programme, which may differ from the context's where the browser refused it. */
    private readonly sampleRate: number,
    programme: Programme,
    private versionGains: VersionGains,
  ) {
    this.shape = shapeOf(programme)
    const levels = laneGains(programme)
    let lane = 0
    this.lanes = levels.map((gains) => this.createLane(gains))
    this.versions = programme.map(({ tracks }, index) => {
      const own = this.lanes.slice(lane, lane + tracks.length).map(({ merge }) => merge)
      lane += tracks.length
      const level = this.createLevel(Math.fround(versionGains[index] ?? 0))
      this.sum(own)?.connect(level.node)
      return level
    })
    this.gate = this.createLevel(1)
    this.sum(this.versions.map(({ node }) => node))?.connect(this.gate.node)
    this.meter = this.keep(createMeter(context))
    this.gate.node.connect(this.meter)
  }

  /** Its last node: what is heard. */
  get output(): Gain {
    return this.gate.node
  }

  /** Tells whether the graph has the tracks of `programme`, so that only gains have to change. */
  fits(programme: Programme): boolean {
    return shapeOf(programme) === this.shape
  }

  /** Plays a block a lane from frame `at` of the context's clock on, without its first `skip` frames. */
  play(lanes: readonly Stereo[], at: number, skip: number): void {
    lanes.forEach((block, index) => {
      const frames = block[0].length - skip
      if (frames <= 0) return
      const buffer = this.context.createBuffer(2, frames, this.sampleRate)
      for (const [channel, samples] of block.entries()) buffer.copyToChannel(samples.subarray(skip) as Float32Array<ArrayBuffer>, channel)
      this.start(buffer, at, this.lanes[index]!)
    })
  }

  private start(buffer: AudioBuffer, at: number, lane: Lane): void {
    const node = this.context.createBufferSource()
    node.buffer = buffer
    connect(node, lane.split)
    node.onended = () => {
      node.disconnect()
      this.playing.delete(node)
    }
    node.start(this.timeOf(at))
    this.playing.add(node)
  }

  /** Ends what plays, and what would, at a frame of the context's clock. */
  stop(at: number): void {
    for (const node of this.playing) node.stop(this.timeOf(at))
  }

  /** Takes on the gains, pans, mutes and solos of a programme that fits, and how much of each version is heard. */
  setGains(programme: Programme, versionGains: VersionGains = this.versionGains): void {
    this.versionGains = versionGains
    laneGains(programme).forEach((gains, index) => {
      const { left, right } = this.lanes[index]!
      ramp(left, gains[0])
      ramp(right, gains[1])
    })
    this.versions.forEach((level, index) => ramp(level, Math.fround(versionGains[index] ?? 0)))
  }

  /** Fades out what plays, and ends it; `from` is the present frame of the context's clock. */
  fadeOut(from: number): void {
    ramp(this.gate, 0)
    this.stop(from + Math.ceil(rampSeconds * this.sampleRate))
  }

  /** Lets be heard what begins at frame `at` of the context's clock: all of it, from its first frame on. */
  open(at: number): void {
    const { gate } = this
    if (gate.target === 1) return
    gate.target = 1
    gate.node.gain.cancelScheduledValues(this.context.currentTime)
    gate.node.gain.setValueAtTime(1, this.timeOf(at - openFrames))
  }

  /** Highest magnitudes of the last moments, left and right: of each lane, after its gain, and of what is heard. */
  peaks(): { lanes: [number, number][]; master: [number, number] } {
    return { lanes: this.lanes.map(({ meter }) => peaksOf(meter)), master: peaksOf(this.meter) }
  }

  dispose(): void {
    for (const node of this.playing) node.disconnect()
    this.playing.clear()
    for (const node of this.nodes) node.dispose()
  }

  private timeOf(frame: number): number {
    return (frame + pastFrame) / this.sampleRate
  }

  private createLane([left, right]: readonly [number, number]): Lane {
    const { context } = this
    const lane = {
      split: this.keep(new Split({ context, channels: 2 })),
      left: this.createLevel(left),
      right: this.createLevel(right),
      merge: this.keep(new Merge({ context, channels: 2 })),
      meter: this.keep(createMeter(context)),
    }
    lane.split.connect(lane.left.node, 0, 0)
    lane.split.connect(lane.right.node, 1, 0)
    lane.left.node.connect(lane.merge, 0, 0)
    lane.right.node.connect(lane.merge, 0, 1)
    lane.merge.connect(lane.meter)
    return lane
  }

  private createLevel(target: number): Level {
    return { node: this.keep(new Gain({ context: this.context, gain: target })), target }
  }

  private sum(nodes: readonly ToneAudioNode[]): ToneAudioNode | undefined {
    return nodes.reduce<ToneAudioNode | undefined>((before, node) => {
      if (!before) return node
      const adder = this.keep(new Gain({ context: this.context }))
      before.connect(adder)
      node.connect(adder)
      return adder
    }, undefined)
  }

  private keep<T extends ToneAudioNode>(node: T): T {
    this.nodes.push(node)
    return node
  }
}

/** A gain, and what it is or is on its way to. */
interface Level {
  readonly node: Gain
  target: number
}

interface Lane {
  split: Split
  left: Level
  right: Level
  merge: Merge
  meter: Analyser<2>
}

/**
 * Tone's context over one of the browser's; it needs no clock of its own, because nothing is scheduled by it. It also becomes
 * Tone's default: every node asks for that, even one that is given its context, and without any Tone would open a second
 * device at its own rate.
 */
export function toneContext(context: AudioContext | OfflineAudioContext): Context {
  const tone = new Context({ context, clockSource: 'offline', lookAhead: 0, updateInterval: 1 } as ConstructorParameters<typeof Context>[0])
  setContext(tone)
  return tone
}

/** Tone's own Meter shows 256 frames, a third of what passes between two pictures; this many are all of it. */
function createMeter(context: Context): Analyser<2> {
  const size = 2 ** Math.ceil(Math.log2(context.sampleRate / 50))
  return new Analyser({ context, type: 'waveform', size, channels: 2 })
}

function peaksOf(meter: Analyser<2>): [number, number] {
  const [left, right] = meter.getValue().map((samples) => samples.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0))
  return [left ?? 0, right ?? 0]
}

/** A gain that is what it should be is left alone: a ramp would round it on its way to itself. */
function ramp(level: Level, target: number): void {
  if (level.target === target) return
  level.target = target
  level.node.gain.linearRampTo(target, rampSeconds)
}

function shapeOf(programme: Programme): string {
  return JSON.stringify(programme.map(({ tracks }) => tracks.map(({ id }) => id)))
}

function laneGains(programme: Programme): [number, number][] {
  return programme.flatMap(({ tracks }) => {
    const heard = new Set(audibleTracks(tracks))
    return tracks.map((track): [number, number] => (heard.has(track) ? trackGains(track) : [0, 0]))
  })
}
