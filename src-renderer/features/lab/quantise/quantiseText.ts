import { formatValue } from '#renderer/charts/axes'
import type { FigureColumn } from '#renderer/features/lab/quantise/figureColumns'
import { formatDuration } from '#renderer/ui/formatting'
import type { Ablation, AblationRow, CodingScores, PriorRow, PriorVariant, QuantiserModel } from '#shared/contract/quantising'
import type { CodebookAverage } from '#shared/training/config'

/** What each model of the document changes against the one before, and what ours does. */
export const modelTitles: Readonly<Record<QuantiserModel, { title: string; detail: string }>> = {
  M1: { title: 'M1', detail: 'uniform start' },
  M2: { title: 'M2', detail: 'Glorot-normal start' },
  M3: { title: 'M3', detail: 'M2 with a probabilistic decoder' },
  M4: { title: 'M4', detail: 'M2 with gamma 0.999' },
  M5: { title: 'M5', detail: 'M4 with more layers' },
  ours: { title: 'Ours', detail: 'k-means start, dead codes begin anew' },
}

/** What codebooks follow. */
export const averageTitles: Readonly<Record<CodebookAverage, { title: string; detail: string }>> = {
  residuals: { title: 'Correct', detail: 'Codes follow what chose them' },
  'as-published': { title: 'As published', detail: 'Codes follow themselves, as the document most likely had it' },
}

/** The prior of the document, what it proposes against its failing, and ours. */
export const variantTitles: Readonly<Record<PriorVariant, { title: string; detail: string }>> = {
  published: { title: 'As published', detail: 'logit of values from 0 to 1' },
  sigmoid: { title: 'Sigmoid', detail: 'first fix: a sigmoid in place of the logit' },
  noPreprocess: { title: 'No preprocessing', detail: 'first fix as well: latents as they are' },
  moreBlocks: { title: 'More blocks', detail: 'second fix: five couplings each in place of three' },
  multiModal: { title: 'Several modes', detail: 'third fix: a mixture as the base' },
  ours: { title: 'Ours', detail: 'activation norm, noise between codes, a mixture as the base' },
}

const startTitles: Readonly<Record<string, string>> = { uniform: 'uniform', glorot: 'Glorot-normal', kMeans: 'k-means' }

/** Rows of ablations that are shown together; each model once with the same averages. */
export function rowsTogether(ablations: readonly (Ablation | undefined)[]): AblationRow[] {
  const rows = new Map<string, AblationRow>()
  for (const row of ablations.flatMap((ablation) => ablation?.rows ?? [])) if (!rows.has(rowKey(row))) rows.set(rowKey(row), row)
  return [...rows.values()]
}

export const rowKey = ({ model, average }: AblationRow) => `${model} ${average}`

/** Codes of all layers that were chosen at all. */
export const usedCodes = ({ layers }: CodingScores) => layers.reduce((sum, { used }) => sum + used, 0)
/** Perplexity, averaged over layers. */
export const meanPerplexity = ({ layers }: CodingScores) => (layers.length === 0 ? NaN : layers.reduce((sum, { perplexity }) => sum + perplexity, 0) / layers.length)

/** In three digits, zeros at the end among them, so that a column can be read down. */
function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const magnitude = Math.abs(value)
  return magnitude >= 1e-3 && magnitude < 1000 ? value.toPrecision(3) : formatValue(value, 3)
}

/** The columns of an ablation's table. */
export const ablationColumns: readonly FigureColumn<AblationRow>[] = columnsOfAblation()

function columnsOfAblation(): FigureColumn<AblationRow>[] {
  const scored = (id: string, title: string, tip: string, better: 'lower' | 'higher', value: (scores: CodingScores) => number, text = figure): FigureColumn<AblationRow> => ({
    id, title, tip, better, numeric: true, value: ({ scores }) => value(scores), text: ({ scores }) => text(value(scores)),
  })
  const share = ({ scores, layers, codes }: AblationRow) => usedCodes(scores) / Math.max(1, layers * codes)
  return [
    { id: 'model', title: 'Model', numeric: false, value: ({ model }) => model, text: ({ model }) => modelTitles[model].title },
    { id: 'average', title: 'Averages', tip: 'What codebooks follow: correct is what chose them, as published is most likely themselves', numeric: false, value: ({ average }) => average, text: ({ average }) => averageTitles[average].title },
    { id: 'start', title: 'Start', tip: 'How codebooks began, and how slowly they move', numeric: false, value: ({ start }) => start, text: ({ start, gamma }) => `${startTitles[start] ?? start}, γ ${gamma}` },
    { id: 'layers', title: 'Layers', numeric: true, value: ({ layers }) => layers, text: ({ layers, codes }) => `${layers} × ${codes}` },
    scored('reconstruction', 'Reconstruction', 'Squared error of pictures over their variance', 'lower', ({ reconstruction }) => reconstruction),
    scored('commitment', 'Commitment', 'How far latents lie from their codes', 'lower', ({ commitment }) => commitment),
    scored('distance', 'Distance, dB', 'Log-spectral distance of the magnitudes', 'lower', ({ distance }) => distance, (value) => value.toFixed(2)),
    scored('error', 'Code error', 'Squared distance of latents from their codes over their variance: 0 exact, 1 no better than their mean', 'lower', ({ quantisationError }) => quantisationError),
    { id: 'used', title: 'Codes used', tip: 'Of all layers', better: 'higher', numeric: true, value: share, text: ({ scores, layers, codes }) => `${usedCodes(scores)} of ${layers * codes}` },
    scored('perplexity', 'Perplexity', 'How many codes a layer really uses, averaged over layers', 'higher', meanPerplexity),
    { id: 'seconds', title: 'Time', numeric: true, value: ({ seconds }) => seconds, text: ({ seconds }) => formatDuration(seconds) },
  ]
}

/** The columns of a table of priors. */
export const priorColumns: readonly FigureColumn<PriorRow>[] = [
  { id: 'variant', title: 'Prior', numeric: false, value: ({ variant }) => variant, text: ({ variant }) => variantTitles[variant].title },
  { id: 'change', title: 'What it is', numeric: false, value: ({ variant }) => variantTitles[variant].detail, text: ({ variant }) => variantTitles[variant].detail },
  { id: 'bits', title: 'Bits a value', tip: 'Of sounds that it has not learned from: less is a better guess', better: 'lower', numeric: true, value: ({ bits }) => bits, text: ({ bits }) => figure(bits) },
  // The best spread is 1, from either side.
  { id: 'spread', title: 'Spread', tip: 'Deviation of drawn latents over that of real ones: 1 is as wide', numeric: true, value: ({ spread }) => spread, text: ({ spread }) => figure(spread) },
  { id: 'away', title: 'Away from codes', tip: 'How far drawn latents lie from the nearest codes, over the variance of real ones', better: 'lower', numeric: true, value: ({ awayFromCodes }) => awayFromCodes, text: ({ awayFromCodes }) => figure(awayFromCodes) },
  { id: 'spectrum', title: 'Spectrum, dB', tip: 'Between the mean spectrum of drawn sounds and that of real ones', better: 'lower', numeric: true, value: ({ spectrumDistance }) => spectrumDistance, text: ({ spectrumDistance }) => figure(spectrumDistance) },
  { id: 'parameters', title: 'Parameters', numeric: true, value: ({ parameters }) => parameters, text: ({ parameters }) => parameters.toLocaleString('en') },
  { id: 'seconds', title: 'Time', numeric: true, value: ({ seconds }) => seconds, text: ({ seconds }) => formatDuration(seconds) },
]

/** A date as a choice among experiments shows it. */
export function experimentTitle({ datasetName, startedAt }: { datasetName: string; startedAt: string }, facts: string): string {
  const at = new Date(startedAt)
  const when = Number.isNaN(at.getTime()) ? startedAt : at.toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
  return `${datasetName}, ${facts}, ${when}`
}

/** Epochs and averages of an ablation, for its name. */
export function ablationFacts({ request: { epochs, average } }: Ablation): string {
  return `${epochs} epoch${epochs === 1 ? '' : 's'}, ${average === undefined ? 'as in the document' : `all ${averageTitles[average].title.toLowerCase()}`}`
}

/** What models came to, in a sentence or two. */
export function verdictOf(rows: readonly AblationRow[]): string {
  const closest = rows.reduce<AblationRow | undefined>((best, row) => (best === undefined || row.scores.distance < best.scores.distance ? row : best), undefined)
  if (!closest) return ''
  const far = `${closest.scores.distance.toFixed(2)} dB from the real spectra`
  const { title } = modelTitles[closest.model]
  const said = rows.length === 1 ? `${title} is ${far}.` : `${title} comes closest: ${far}.`
  const { ratio, models } = errorRatio(rows)
  if (models === 0) return said
  const times = `${formatValue(ratio < 1 ? 1 / ratio : ratio, 2)} times ${ratio < 1 ? 'as high as' : 'lower than'} as published`
  return `${said} Where codes follow what chose them, their error is ${times}${models === 1 ? '' : `, by the median of ${models} models`}.`
}

/** Code error as published over that of correct averages, by the median over the models that were trained with both. */
export function errorRatio(rows: readonly AblationRow[]): { ratio: number; models: number } {
  const ratios = rows.flatMap(({ model, average, scores }) => {
    const published = average === 'residuals' ? rows.find((row) => row.model === model && row.average === 'as-published') : undefined
    return published && scores.quantisationError > 0 ? [published.scores.quantisationError / scores.quantisationError] : []
  })
  return { ratio: ratios.toSorted((a, b) => a - b)[Math.floor((ratios.length - 1) / 2)] ?? NaN, models: ratios.length }
}
