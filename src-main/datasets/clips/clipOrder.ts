import { randomStream } from '#shared/random'

/** The things of a step, `count` of them: all of `things` in each round, each round in another order that follows from the seed. */
export function drawnInRounds<Thing>(things: readonly Thing[], count: number, seed: number, step: number): Thing[] {
  const drawn: Thing[] = []
  let [round, order]: [number, number[]] = [-1, []]
  for (let at = step * count; drawn.length < count; at++) {
    const wanted = Math.floor(at / things.length)
    if (wanted !== round) [round, order] = [wanted, shuffledOrder(things.length, seed, wanted)]
    drawn.push(things[order[at % things.length]!]!)
  }
  return drawn
}

/** So many things, or all where there are fewer, evenly over all. */
export function evenly<Thing>(things: readonly Thing[], count: number): Thing[] {
  if (things.length <= count) return [...things]
  return Array.from({ length: count }, (_, i) => things[Math.floor((i * things.length) / count)]!)
}

/** Numbers below `count` in an order that follows from seed and round. */
export function shuffledOrder(count: number, seed: number, round: number): number[] {
  const random = randomStream(seed).fork(`round ${round}`)
  const order = Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const other = random.integer(i + 1)
    ;[order[i], order[other]] = [order[other]!, order[i]!]
  }
  return order
}
