import type { Track } from '#shared/project/project'

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number]

/** Colours of the timeline. */
export interface Palette {
  readonly background: Rgb
  readonly surface: Rgb
  readonly raised: Rgb
  readonly border: Rgb
  readonly text: Rgb
  readonly muted: Rgb
  readonly accent: Rgb
  readonly warn: Rgb
  readonly roles: Readonly<Record<Track['role'], Rgb>>
}

/** The colours of styles/tokens.css, which count where the page has not loaded it. */
const fallback: Readonly<Record<string, string>> = {
  '--surface-0': '#0e1116',
  '--surface-1': '#161a21',
  '--surface-2': '#1f252e',
  '--border': '#2a313c',
  '--text': '#e8ecf2',
  '--muted': '#a7b1bf',
  '--accent': '#7cc4ff',
  '--warn': '#f5b83d',
  '--mix': '#c9d1db',
  '--vocals': '#f2a93b',
  '--accompaniment': '#56b4e9',
}

/** Returns the palette of the page's custom properties. */
export function readPalette(style: Pick<CSSStyleDeclaration, 'getPropertyValue'>): Palette {
  const token = (name: string) => parseHex(style.getPropertyValue(name)) ?? parseHex(fallback[name]!)!
  return {
    background: token('--surface-0'),
    surface: token('--surface-1'),
    raised: token('--surface-2'),
    border: token('--border'),
    text: token('--text'),
    muted: token('--muted'),
    accent: token('--accent'),
    warn: token('--warn'),
    roles: {
      mixture: token('--mix'),
      vocals: token('--vocals'),
      accompaniment: token('--accompaniment'),
      other: token('--muted'),
    },
  }
}

/** Returns the colour of `#rrggbb`, or undefined for anything else. */
export function parseHex(text: string): Rgb | undefined {
  const digits = /^\s*#([0-9a-f]{6})\s*$/i.exec(text)?.[1]
  if (!digits) return undefined
  const value = Number.parseInt(digits, 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

/** Returns `share` of `over` on `under`. */
export function mix(under: Rgb, over: Rgb, share: number): Rgb {
  const blend = (i: 0 | 1 | 2) => Math.round(under[i] + (over[i] - under[i]) * share)
  return [blend(0), blend(1), blend(2)]
}

/** Returns the colour for canvas and style sheets. */
export function css([red, green, blue]: Rgb, alpha = 1): string {
  return alpha === 1 ? `rgb(${red} ${green} ${blue})` : `rgb(${red} ${green} ${blue} / ${alpha})`
}

/** Returns the colour as one opaque pixel of a canvas, as 32-bit arrays hold it on little-endian machines (all that browsers run on). */
export function pixel([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
}
