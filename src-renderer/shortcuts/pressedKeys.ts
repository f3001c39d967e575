import { type Modifier, namedKeys, writeKeys } from '#shared/actions/keys'

/** What of a KeyboardEvent says which keys are pressed. */
export interface KeyPress {
  readonly key: string
  /** The place on the keyboard, for layouts whose letters are not Latin. */
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  getModifierState(key: 'AltGraph'): boolean
}

const names: Readonly<Record<string, string>> = {
  ' ': 'Space',
  '+': 'Plus',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  Esc: 'Escape',
}

/**
 * Returns the shortcut that is pressed, as src-shared/actions/keys writes it; undefined while only modifiers are held, and for
 * the system's own combinations. Signs are taken as they are typed, so that `?` and `[` are found on every layout.
 */
export function pressedKeys(press: KeyPress, mac: boolean): string | undefined {
  if (!mac && press.metaKey) return undefined
  const typedByAltGraph = press.getModifierState('AltGraph')
  const key = keyName(press, typedByAltGraph)
  if (key === undefined) return undefined
  const isSign = !(key in namedKeys && key !== 'Plus') && !/^[A-Z]$/.test(key)
  const held: Modifier[] = []
  // Windows reports AltGr as Ctrl and Alt together; what it types is a sign like any other.
  if (mac ? press.metaKey : press.ctrlKey && !typedByAltGraph) held.push('Mod')
  if (mac && press.ctrlKey) held.push('Ctrl')
  if (press.altKey && !typedByAltGraph) held.push('Alt')
  if (press.shiftKey && !isSign) held.push('Shift')
  return writeKeys({ modifiers: held, key })
}

function keyName({ key, code, altKey }: KeyPress, typedByAltGraph: boolean): string | undefined {
  const named = names[key] ?? key
  if (named in namedKeys) return named
  const atPlace = /^Key([A-Z])$/.exec(code)?.[1]
  if ([...key].length !== 1) return key === 'Dead' && altKey ? atPlace : undefined
  // Alt on a Mac types other signs, and Cyrillic or Greek layouts other letters: the place on the keyboard is meant then.
  const isForeign = /\p{L}/u.test(key) && !/^[a-z]$/i.test(key)
  if (atPlace !== undefined && (isForeign || (altKey && !typedByAltGraph))) return atPlace
  const upper = key.toUpperCase()
  return [...upper].length === 1 ? upper : undefined
}

/** True on a Mac, whose shortcuts use Cmd. */
export function isMac(platform: string): boolean {
  return /^mac/i.test(platform)
}
