/** Sound that is being recorded. */
export interface Recording {
  readonly sampleRate: number
  /** Ends it and lets go of the microphone; returns one channel of samples from -1 to 1. */
  stop(): Float32Array
}

/** Frames that the browser hands over at once. */
const blockFrames = 4096

/**
 * Begins to record the microphone, as it sounds: without what browsers do to voices in calls. What is longer than `mostSeconds` is not
 * kept. @throws DOMException as `getUserMedia` does: NotAllowedError, NotFoundError
 * @param onBlock is told how many seconds are kept, and the highest magnitude of the last moments
 */
export async function recordMicrophone(mostSeconds: number, onBlock: (seconds: number, peak: number) => void): Promise<Recording> {
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  const stream = await navigator.mediaDevices.getUserMedia({ audio: plain, video: false })
  const context = new AudioContext()
  const blocks: Float32Array[] = []
  let kept = 0
  const source = context.createMediaStreamSource(stream)
  // A worklet would have to be fetched as a script of its own; these are a few seconds, and nothing else runs meanwhile.
  const tap = context.createScriptProcessor(blockFrames, 1, 1)
  tap.onaudioprocess = ({ inputBuffer }) => {
    const block = inputBuffer.getChannelData(0).slice(0, Math.max(0, mostSeconds * context.sampleRate - kept))
    if (block.length === 0) return
    blocks.push(block)
    kept += block.length
    onBlock(kept / context.sampleRate, block.reduce((most, value) => Math.max(most, Math.abs(value)), 0))
  }
  source.connect(tap)
  // It is silent, but the browser only runs what leads to a loudspeaker.
  tap.connect(context.destination)
  return {
    sampleRate: context.sampleRate,
    stop() {
      tap.onaudioprocess = null
      tap.disconnect()
      source.disconnect()
      stream.getTracks().forEach((track) => track.stop())
      void context.close()
      return joined(blocks)
    },
  }
}

/** Why the microphone could not be used, in a sentence for the user. */
export function microphoneTrouble(error: unknown): string {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError') return 'The microphone was not allowed, so nothing is recorded. Allow it in the settings of the browser or the system, or drop a file.'
  if (name === 'NotFoundError') return 'No microphone was found, so nothing is recorded. Connect one and try again, or drop a file.'
  return `The microphone could not be used, so nothing is recorded${error instanceof Error ? ` (${error.message})` : ''}. Try again, or drop a file.`
}

function joined(blocks: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(blocks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const block of blocks) {
    all.set(block, at)
    at += block.length
  }
  return all
}
