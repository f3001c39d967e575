/** What a template of file names may speak of. */
export const templateFields = ['title', 'stem', 'model', 'date'] as const
export type TemplateField = (typeof templateFields)[number]
export type TemplateValues = Readonly<Record<TemplateField, string>>

/** Bytes of UTF-8: file systems take 255, from which a number and an extension are still to be had. */
const longestBytes = 200
const fieldPattern = /\{([^{}]*)\}/g

/** Returns why a template cannot be used, as a sentence for the user, or undefined when it can. */
export function templateProblem(template: string): string | undefined {
  if (template.trim() === '') return 'The file name is empty. Use for example {title} - {stem}.'
  const unknown = [...template.matchAll(fieldPattern)].map((match) => match[1]!).filter((name) => !isField(name))
  if (unknown.length === 0) return undefined
  return `{${unknown[0]}} means nothing in a file name here. There are ${templateFields.map((name) => `{${name}}`).join(', ')}.`
}

/**
 * Returns a file's name without its extension. What has no value leaves no brackets or dashes behind; a title that is too
 * long is cut, so that what tells the files apart stays.
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  const over = bytesOf(fill(template, values)) - longestBytes
  const title = over > 0 ? cut(values.title, Math.max(1, bytesOf(values.title) - over)) : values.title
  return safeFileName(fill(template, { ...values, title }))
}

function fill(template: string, values: TemplateValues): string {
  // One pass: braces inside a title are text.
  const filled = template
    .replace(fieldPattern, (whole, name: string) => (isField(name) ? values[name] || '\0' : whole))
    .replace(/[([]\s*\0\s*[)\]]/g, '\0')
  return filled.replace(/[\s\-–_,]*\0[\s\-–_,]*/g, (gap, at: number) => (at === 0 || at + gap.length === filled.length ? '' : separatorOf(gap)))
}

/** What stood between two values stands between those that are left. */
function separatorOf(gap: string): string {
  return gap.split('\0').find((part) => part !== '') ?? ' '
}

function isField(name: string): name is TemplateField {
  return (templateFields as readonly string[]).includes(name)
}

/** Names of devices, which Windows takes for them whatever their extension. */
const deviceName = /^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(?=\.|$)/i
// oxlint-disable-next-line no-control-regex -- control characters are just what must go
const forbidden = /[\u0000-\u001f\u007f<>:"/\\|?*]|\p{Surrogate}/gu
/** Marks that turn the direction of writing: they make a name look like another one. */
const invisible = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** Returns what of `name` can be a file's name on every system, and never a hidden file or a way to another folder. */
export function safeFileName(name: string): string {
  const plain = name.normalize('NFC').replace(invisible, '').replace(forbidden, '_')
  const shown = cut(plain.replace(/^[\s.]+/, ''), longestBytes).replace(/[\s.]+$/, '')
  return shown === '' ? 'Untitled' : shown.replace(deviceName, '_$1')
}

/** Returns the extension, with its dot, of a format such as 'wav24' or 'flac'. */
export function extensionOf(format: string): string {
  return format.startsWith('wav') ? '.wav' : `.${format}`
}

/** Returns the names with a number after every one that is there already; file systems may take A and a for the same. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let free = name
    for (let n = 2; taken.has(keyOf(free)); n++) free = `${name} ${n}`
    taken.add(keyOf(free))
    return free
  })
}

function keyOf(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

/** Returns the beginning of a text, no longer than `bytes` in UTF-8 and without half a character. */
function cut(text: string, bytes: number): string {
  let used = 0
  let kept = ''
  for (const character of text) {
    used += bytesOf(character)
    if (used > bytes) break
    kept += character
  }
  return kept
}

function bytesOf(text: string): number {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0)!
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}
