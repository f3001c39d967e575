import type { ModelCard, UnmixerFacts } from '#shared/contract/models'
import type { NetworkAdapter } from '#shared/contract/networkAdapter'

const kindTexts = { separator: 'Separates songs', blind: 'Describes mixtures', images: 'Takes pictures apart', clips: 'Learned short sounds' } as const
const originTexts = { shipped: 'Comes with Stemwright', trained: 'Trained here', imported: 'Imported' } as const

/** What a model is for, and where it comes from. */
export function kindText({ kind }: ModelCard): string {
  return kindTexts[kind]
}

export function originText({ origin, adapter }: ModelCard): string {
  return adapter ? 'Imported ONNX network' : originTexts[origin]
}

/** A score with its sign and unit, such as "6.6 dB"; one without a unit with three digits, such as 0.000461. */
export function figure(value: number, unit: string): string {
  const text = unit === '' ? value.toPrecision(3) : `${value.toFixed(1)} ${unit}`
  return text.replace('-', '−')
}

/** How far the runs lie apart that a score is the mean of, such as "± 0.000011". */
export function deviationText(deviation: number): string {
  return `± ${deviation < 1e-6 ? deviation.toPrecision(2) : deviation.toFixed(Math.max(0, 1 - Math.floor(Math.log10(deviation))))}`.replace('-', '−')
}

/** The score that a list shows, and what it was measured on: of the vocals, where there is one. */
export function mainScore({ scores }: ModelCard): { text: string; place: string } | undefined {
  const score = scores.find(({ name }) => /vocals/i.test(name)) ?? scores.find(({ unit }) => unit === 'dB')
  return score && { text: `${score.name} ${figure(score.value, score.unit)}`, place: score.measuredOn || 'songs that are not named' }
}

/** Models in the order of the first of each group; only scores of one group can be held against each other. */
export function modelsByPlace(models: readonly ModelCard[]): { place: string | undefined; models: ModelCard[] }[] {
  const places = [...new Set(models.map((model) => mainScore(model)?.place))]
  const groups = places.map((place) => ({ place, models: models.filter((model) => mainScore(model)?.place === place) }))
  return groups.toSorted((a, b) => Number(a.place === undefined) - Number(b.place === undefined))
}

/** Millions, or thousands, of parameters. */
export function parametersText(parameters: number): string {
  if (parameters === 0) return 'not known'
  if (parameters < 1e4) return parameters.toLocaleString('en')
  return parameters < 1e6 ? `${Math.round(parameters / 1e3)} thousand` : `${(parameters / 1e6).toFixed(1)} million`
}

/** What a Creative Commons licence asks of whoever uses or passes the model on, in words; undefined for others. */
export function licenceNote(licence: string): string | undefined {
  const terms = /\bCC[ -]BY((?:-\w\w)*)/i.exec(licence)?.[1]?.toUpperCase()
  if (terms === undefined) return /\bCC0\b/i.test(licence) ? 'Anything may be done with it.' : undefined
  return [
    'Its makers are to be named.',
    ...(terms.includes('NC') ? ['For non-commercial use only.'] : []),
    ...(terms.includes('SA') ? ['Passed on under the same licence.'] : []),
    ...(terms.includes('ND') ? ['Not passed on when changed.'] : []),
  ].join(' ')
}

const networkTexts = {
  dense: 'VAE of dense layers: each picture from a few numbers',
  bottleneck: 'Convolutional VAE without skips: pictures from latent maps alone',
  skip: 'Convolutional VAE with skips: its decoders also see the mixture',
  unet: 'Plain U-Net: no latents, to compare with',
} as const
const ruleTexts = { average: 'Average of both pictures', sum: 'Sum of both, white at most', max: 'The brighter of both, dot by dot', alpha: 'Blend of both' } as const

/** What a network that takes pictures apart is, as names and values. */
export function unmixerRows({ network, mixing: { rule, level }, views = 1 }: UnmixerFacts): [string, string][] {
  const share = rule === 'alpha' ? `, ${Math.round(100 * level)} % of the first` : ''
  return [
    ['Network', networkTexts[network]],
    ['Mixtures', `${ruleTexts[rule]}${share}`],
    ...(views > 1 ? [['Looks at', `${views} views of each: as it is, and moved by a pixel`] as [string, string]] : []),
  ]
}

const inputTexts = { waveform: 'samples', magnitude: 'magnitudes', complex: 'complex spectra' } as const
const outputTexts = { waveform: 'samples', mask: 'masks', complexMask: 'complex masks', magnitude: 'magnitudes', spectrum: 'complex spectra' } as const

/** How a network that was made elsewhere is used, as names and values. */
export function adapterRows(adapter: NetworkAdapter): [string, string][] {
  const { stft, bins, segment, stems, stem, gives, outputName } = adapter
  const unit = adapter.input === 'waveform' ? 'samples' : 'frames'
  return [
    ['Is given', `${inputTexts[adapter.input]}, ${adapter.inputLayout}`],
    ['Gives', `${outputTexts[adapter.output]} of the ${gives}, ${adapter.outputLayout}`],
    ['Sound', `${adapter.sampleRate} Hz, ${adapter.channels === 1 ? 'left and right apart' : 'stereo'}, ${segment} ${unit} at once`],
    ...(stft ? [['Spectra', `${stft.fftSize} samples, hop ${stft.hopLength}, ${stft.window} window${bins === undefined ? '' : `, ${bins} bins`}`] as [string, string]] : []),
    ...(stems > 1 ? [['Stem', `${stem} of ${stems}, counted from 0`] as [string, string]] : []),
    ...(outputName === undefined ? [] : [['Output', outputName] as [string, string]]),
  ]
}
