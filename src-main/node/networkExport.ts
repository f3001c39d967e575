import { writeFile } from 'node:fs/promises'
import { traceForward } from '#main/engine/onnx/trace'
import { documentSeparator } from '#main/models/networkDocumentation'
import { maskProgram } from '#main/models/separatorNetwork'
import { loadOwnSeparator } from '#main/node/modelFiles'
import { descriptionOf, loadNetwork } from '#main/node/networkFiles'
import { publishTogether } from '#main/node/publishTogether'
import { isNetwork } from '#main/node/songSeparators'
import { reporting } from '#main/node/stagingFolder'
import { TemporaryFile } from '#main/node/temporaryFile'

/**
 * Writes a separator's network as ONNX, and beside it a JSON file that says how it is used: for a network that was imported,
 * the description that it was imported with; for one of the app's own, what its inputs and outputs are, as the ONNX file
 * itself says too. Both are numbered alike where a name is taken.
 * @param place path of both without their extensions
 * @returns both paths
 * @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT, OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function exportNetwork(directory: string, place: string): Promise<string[]> {
  const { model, notes } = await networkOf(directory)
  const onnx = await TemporaryFile.create(`${place}.onnx`)
  const json = await TemporaryFile.create(`${place}.json`)
  try {
    await reporting(place, () => writeFile(onnx.path, model))
    await reporting(place, () => writeFile(json.path, `${JSON.stringify(notes, undefined, 2)}\n`))
    return [...(await publishTogether([waiting(onnx, `${place}.onnx`), waiting(json, `${place}.json`)] as const, false))]
  } finally {
    await onnx.discard()
    await json.discard()
  }
}

function waiting(file: TemporaryFile, path: string) {
  return { writer: { seal: () => file.sync(), finish: (name: string) => file.publish(false, name) }, path }
}

async function networkOf(directory: string): Promise<{ model: Uint8Array; notes: object }> {
  if (await isNetwork(directory)) {
    const { card, model } = await loadNetwork(directory)
    return { model, notes: descriptionOf(card) }
  }
  const { card, parameters } = await loadOwnSeparator(directory)
  const facts = documentSeparator(card)
  const { documentation, values, metadata } = facts
  const notes = { exportedFrom: 'Stemwright', ...metadata, config: card.config, documentation: documentation.split('\n'), tensors: values }
  return { model: traceForward(maskProgram(card.config, 1), parameters, facts), notes }
}
