import type { StepReport } from '#main/training/trainer'
import type { RunPreparing, RunProgress } from '#shared/contract/training'

/** Steps over which loss and speed are averaged, roughly. */
const memory = 20

/** Tells from its steps how fast a sitting of a run is, and when the run will end. */
export interface Pace {
  step(report: StepReport, now: number): RunProgress
}

/** Recordings whose decoding tells how long the others will take: some lie decoded from earlier, and take no time. */
const recent = 10

/**
 * Returns what tells from each recording that is decoded how long the others will take.
 * @param now of what it returns: seconds of a clock that never goes back
 */
export function createDecodingPace(): (completed: number, total: number, now: number) => RunPreparing {
  const times: number[] = []
  return (completed, total, now) => {
    if (completed === 0) times.length = 0
    times.push(now)
    if (times.length > recent + 1) times.shift()
    if (times.length < 3) return { completed, total }
    return { completed, total, secondsLeft: ((total - completed) * (times.at(-1)! - times[0]!)) / (times.length - 1) }
  }
}

interface Length {
  readonly totalSteps: number
  readonly stepsPerEpoch: number
  /** Seconds of training at most, over all sittings. */
  readonly seconds: number
}

/** @param now seconds of a clock that never goes back */
export function createPace({ totalSteps, stepsPerEpoch, seconds: most }: Length, now: number): Pace {
  let began = now
  let beganAt: number | undefined
  let last = now
  let loss: number | undefined
  let stepSeconds: number | undefined
  const follow = (before: number | undefined, value: number) => (before === undefined ? value : before + (value - before) / memory)

  return {
    step({ step, loss: newest, seconds }, at) {
      // A sitting's first step waits for its first data, which says nothing of those to come.
      if (beganAt === undefined) {
        beganAt = step
        began = at
      }
      const since = at - last
      const isAfterValidation = step % stepsPerEpoch === 1
      if (step > beganAt && !isAfterValidation) stepSeconds = follow(stepSeconds, since)
      last = at
      loss = follow(loss, newest)
      const perStep = step > beganAt ? (at - began) / (step - beganAt) : undefined
      const secondsLeft = perStep === undefined ? undefined : Math.max(0, Math.min((totalSteps - step) * perStep, most - seconds))
      return {
        step,
        totalSteps,
        epoch: Math.floor(step / stepsPerEpoch),
        seconds,
        loss,
        ...(stepSeconds !== undefined && stepSeconds > 0 && { stepsPerSecond: 1 / stepSeconds }),
        ...(secondsLeft !== undefined && { secondsLeft }),
      }
    },
  }
}
