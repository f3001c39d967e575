import { css, parseHex, readPalette } from '#renderer/timeline/palette'

/** Colours and type of charts, for canvases. */
export interface ChartPalette {
  readonly surface: string
  readonly grid: string
  readonly text: string
  readonly muted: string
  readonly font: string
  /** A token's colour, such as `--vocals`. */
  colour(token: string): string
}

/** Tokens that only charts use, which count where the page has not loaded its styles. */
const fallback: Readonly<Record<string, string>> = { '--run-3': '#4cc38a', '--run-4': '#e58fc0', '--run-5': '#c9d1db', '--run-6': '#ff8a5c' }

/** Returns the palette of the page's custom properties. */
export function chartPalette(style: Pick<CSSStyleDeclaration, 'getPropertyValue'>): ChartPalette {
  const { surface, border, text, muted } = readPalette(style)
  return {
    surface: css(surface),
    grid: css(border),
    text: css(text),
    muted: css(muted),
    font: style.getPropertyValue('--font').trim() || 'sans-serif',
    colour: (token) => css(parseHex(style.getPropertyValue(token)) ?? parseHex(fallback[token] ?? '') ?? muted),
  }
}
