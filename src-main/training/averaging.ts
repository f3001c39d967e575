import type { NamedArrays } from '#main/engine/engine'
import { AppError } from '#shared/errors'

/**
 * The mean of several networks' parameters. Networks that were trained on from one common start lie in one basin, and
 * their mean is often better on what none of them has heard than the best of them.
 * @throws AppError MODEL_INCOMPATIBLE where names or sizes differ.
 * @see Wortsman et al., "Model soups: averaging weights of multiple fine-tuned models", ICML 2022.
 */
export function averageParameters(models: readonly NamedArrays[]): NamedArrays {
  const [first, ...others] = models
  if (!first) return {}
  return Object.fromEntries(
    Object.entries(first).map(([name, values]) => {
      const sum = values.slice()
      for (const other of others) {
        const added = other[name]
        if (added?.length !== values.length) {
          throw new AppError(
            'MODEL_INCOMPATIBLE',
            `The models differ in "${name}", so they have no mean. Nothing was written; name models of one preset.`,
          )
        }
        for (let i = 0; i < sum.length; i++) sum[i]! += added[i]!
      }
      return [name, sum.map((value) => value / models.length)]
    }),
  )
}
