import { describe, expect, it } from 'vitest'
import { type SourceImport, sourceImports } from '#test/projectFiles'

const imports = sourceImports()

/** Folders, and the targets that nothing in them may import. */
const forbidden: [from: string, targets: RegExp, reason: string][] = [
  ['src-shared/', /^(node:|src-main|src-renderer|electron|vue|pinia|@tensorflow)/, 'shared code runs anywhere'],
  ['src-renderer/', /^(node:|src-main|electron$|@tensorflow)/, 'the renderer is a web page'],
  ['src-main/', /^(src-renderer|vue$|pinia$)/, 'the main side has no pages'],
  ['src-main/services/', /^(node:|src-main\/(node|hosts|engine|models\/(?!modelCard$)|separation|training\/(?!presets$)|compute\/tasks))/, 'services reach the outside through their platform, and know networks by their names'],
  ['src-main/services/', /^src-main\/datasets\/(?!layouts\/|manifest$|datasetManifest$|pictures\/groups$|clips\/clipOrder$|splits$|lessons$)/, 'of data, services know names and places, never samples'],
  ['src-main/models/', /^(node:|src-main\/(?!models\/|engine\/))/, 'models know tensors only'],
  ['src-main/separation/', /^(node:|src-main\/(services|compute|node|hosts|training|datasets)\/)/, 'separation is a domain function over models'],
  ['src-main/datasets/', /^src-main\/(training|separation|services|compute|hosts)\//, 'datasets come before training'],
  ['src-main/training/', /^src-main\/(services|compute|hosts)\//, 'training is a domain function'],
  ['src-main/engine/', /^src-main\/(models|datasets|training|separation|services|compute|hosts)\//, 'the engine runs any program'],
  ['src-main/node/', /^src-main\/(hosts|compute\/tasks)\//, 'the node folder implements ports'],
  ['src-renderer/stores/', /\.vue$/, 'stores know no components'],
  ['src-renderer/ui/', /^src-renderer\/(stores|features)\//, 'ui is told everything by its properties'],
]

describe('imports', () => {
  it('finds them at all', () => {
    expect(imports.length).toBeGreaterThan(50)
    expect(imports).toContainEqual({ file: 'src-main/services/createServices.ts', specifier: '#main/compute/client', target: 'src-main/compute/client' })
  })

  it.each(forbidden)('%s never imports %s: %s', (from, targets) => {
    expect(imports.filter(({ file, target }) => file.startsWith(from) && targets.test(target)).map(describeImport)).toEqual([])
  })

  it.each([
    ['@tensorflow/tfjs', /^@tensorflow\/tfjs(-core)?$/, /^src-main\/engine\/tf\.ts$/],
    ['electron', /^electron(\/|$)/, /^src-main\/hosts\/electron\//],
    ['node-av', /^node-av(\/|$)/, /^src-main\/node\/ffmpeg\.ts$/],
    ['onnxruntime-node', /^onnxruntime-node$/, /^src-main\/engine\//],
  ])('%s is imported in one place', (_, name, place) => {
    expect(imports.filter(({ file, target }) => name.test(target) && !place.test(file)).map(describeImport)).toEqual([])
  })

  it('nothing imports a host but the host itself', () => {
    const hostOf = (path: string) => /^src-main\/hosts\/[^/]+/.exec(path)?.[0]
    const wrong = imports.filter(({ file, target }) => hostOf(target) !== undefined && hostOf(target) !== hostOf(file))
    expect(wrong.map(describeImport)).toEqual([])
  })

  it('features of the renderer do not import one another', () => {
    const featureOf = (path: string) => /^src-renderer\/features\/[^/]+/.exec(path)?.[0]
    const wrong = imports.filter(({ file, target }) => {
      const [from, to] = [featureOf(file), featureOf(target)]
      return from !== undefined && to !== undefined && from !== to
    })
    expect(wrong.map(describeImport)).toEqual([])
  })
})

function describeImport({ file, specifier }: SourceImport): string {
  return `${file} imports ${specifier}`
}
