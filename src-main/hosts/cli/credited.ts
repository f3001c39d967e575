import { weightsLicence } from '#main/datasets/attribution'

/** What a published card says of its name, and of whom its weights are owed to: `credits`, and those of the models that it is made of. */
export function credited<Named extends object>(named: Named, credits: readonly string[], models: readonly { card: { attributions: readonly string[] } }[]) {
  const attributions = [...new Set([...credits, ...models.flatMap(({ card }) => card.attributions)])]
  return { ...named, licence: weightsLicence(attributions), attributions }
}
