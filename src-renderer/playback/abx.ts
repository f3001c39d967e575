import type { RandomStream } from '#shared/random'

/** What the listener chooses between: A and B are the two results, in an order that is not told, and X is one of them. */
export type AbxChoice = 'a' | 'b' | 'x'

export interface AbxScore {
  readonly trials: number
  readonly correct: number
  /** Probability of this many right answers or more by guessing alone. */
  readonly pValue: number
  /** Which version A was; B was the other. */
  readonly versionOfA: 0 | 1
}

/** A blind comparison of two versions. What X is, and how many answers were right, is not told before the last one. */
export class AbxTest {
  private readonly versionOfA: 0 | 1
  private readonly secrets: ('a' | 'b')[]
  private readonly guesses: ('a' | 'b')[] = []

  constructor(
    readonly trials: number,
    random: RandomStream,
  ) {
    this.versionOfA = random.chance(0.5) ? 0 : 1
    this.secrets = Array.from({ length: trials }, () => (random.chance(0.5) ? 'a' : 'b'))
  }

  /** Answers given so far; the next one is for the trial of this number, counted from 0. */
  get answered(): number {
    return this.guesses.length
  }

  get finished(): boolean {
    return this.answered >= this.trials
  }

  /** Which version is to be heard for a choice, in this trial. */
  versionOf(choice: AbxChoice): 0 | 1 {
    const which = choice === 'x' ? (this.secrets[Math.min(this.answered, this.trials - 1)] ?? 'a') : choice
    return which === 'a' ? this.versionOfA : this.versionOfA === 0 ? 1 : 0
  }

  /** Takes the listener's answer to what X is, and goes on to the next trial. */
  answer(guess: 'a' | 'b'): void {
    if (!this.finished) this.guesses.push(guess)
  }

  /** How it went; undefined before the last answer. */
  score(): AbxScore | undefined {
    if (!this.finished) return undefined
    const correct = this.guesses.filter((guess, trial) => guess === this.secrets[trial]).length
    return { trials: this.trials, correct, pValue: guessing(this.trials, correct), versionOfA: this.versionOfA }
  }
}

/** Returns what a score means, in plain words. */
export function abxVerdict({ pValue }: AbxScore): string {
  const chance = Math.max(1, Math.round(pValue * 100))
  const verdict = pValue < 0.05 ? 'You hear a difference.' : 'That can well be guessing.'
  return `${verdict} Guessing alone gets as many right ${chance} times out of 100.`
}

/** Returns the probability that `trials` tosses of a coin give heads `least` times or more. */
export function guessing(trials: number, least: number): number {
  let sum = 0
  let ways = 1
  for (let heads = 0; heads <= trials; heads++) {
    if (heads >= least) sum += ways
    ways = (ways * (trials - heads)) / (heads + 1)
  }
  return sum / 2 ** trials
}
