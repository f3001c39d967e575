/**
 * Shortcuts are written as `Mod+Shift+Z`: modifiers in the order of `modifiers`, then the key. `Mod` is Cmd on a Mac and Ctrl
 * elsewhere, `Ctrl` the Mac's other key. A key is an upper-case letter, a digit, a sign as it is typed (so without
 * Shift: `?`, `[`), or one of `namedKeys`.
 */
export const modifiers = ['Mod', 'Ctrl', 'Alt', 'Shift'] as const
export type Modifier = (typeof modifiers)[number]

/** Keys with names of their own, and what they are called on screen. `Plus` is the sign that joins the others. */
export const namedKeys: Readonly<Record<string, string>> = {
  Space: 'Space',
  Left: '←',
  Right: '→',
  Up: '↑',
  Down: '↓',
  Enter: 'Enter',
  Escape: 'Esc',
  Tab: 'Tab',
  Delete: 'Del',
  Backspace: 'Backspace',
  Home: 'Home',
  End: 'End',
  PageUp: 'Page up',
  PageDown: 'Page down',
  Insert: 'Insert',
  Plus: '+',
  ...Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`F${i + 1}`, `F${i + 1}`])),
}

const macSigns: Readonly<Record<string, string>> = { Mod: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧' }
const otherNames: Readonly<Record<string, string>> = { Mod: 'Ctrl', Ctrl: 'Ctrl', Alt: 'Alt', Shift: 'Shift' }

/** A shortcut in its parts. */
export interface Keys {
  readonly modifiers: readonly Modifier[]
  readonly key: string
}

/** Returns the parts of a shortcut; undefined for a text that is none. */
export function parseKeys(text: string): Keys | undefined {
  const parts = text.split('+')
  const key = parts.pop() ?? ''
  const given = new Set(parts)
  const known = modifiers.filter((modifier) => given.has(modifier))
  const isKey = key in namedKeys || (isSign(key) && key === key.toUpperCase())
  return isKey && known.length === parts.length ? { modifiers: known, key } : undefined
}

/** Returns the one way in which a shortcut is written. */
export function writeKeys({ modifiers: given, key }: Keys): string {
  return [...modifiers.filter((modifier) => given.includes(modifier)), key].join('+')
}

/** True for a shortcut in the notation above, written in the one way that compares. */
export function isKeys(text: string): boolean {
  const keys = parseKeys(text)
  return keys !== undefined && writeKeys(keys) === text
}

/** Returns a shortcut as the user reads it: `Ctrl+Shift+Z`, or `⇧⌘Z` on a Mac. */
export function showKeys(text: string, mac: boolean): string {
  const keys = parseKeys(text)
  if (!keys) return text
  const key = namedKeys[keys.key] ?? keys.key
  // Apple's order of signs ends with the one that is pressed most.
  if (mac) return [...keys.modifiers].reverse().map((modifier) => macSigns[modifier]).join('') + key
  return [...keys.modifiers.map((modifier) => otherNames[modifier]), key].join('+')
}

/** One visible character; `+` is written `Plus`, the space `Space`. */
function isSign(key: string): boolean {
  return [...key].length === 1 && key !== '+' && /[^\s\p{C}]/u.test(key)
}
