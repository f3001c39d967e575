const typing = 'textarea, select, [contenteditable=""], [contenteditable="true"], [role="textbox"], [role="combobox"], [role="searchbox"]'
const notTyped = new Set(['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit'])

/** What a kind of control does with keys by itself; a shortcut leaves these to it while it has the focus. */
const ownKeys: readonly [selector: string, keys: readonly string[]][] = [
  ['button, summary, [role="button"], [role="switch"], [role="checkbox"], [role="tab"], input[type="checkbox"]', ['Space', 'Enter']],
  ['a[href], [role="link"]', ['Enter']],
  [
    'input[type="range"], input[type="radio"], [role="slider"], [role="spinbutton"], [role="radio"], [role="tab"], [role="option"], [role="listbox"], [role="menuitem"], [role="tree"], [role="treeitem"], [role="grid"], [role="separator"][tabindex]',
    ['Left', 'Right', 'Up', 'Down', 'Home', 'End', 'PageUp', 'PageDown', 'Shift+Left', 'Shift+Right', 'Shift+Up', 'Shift+Down'],
  ],
  ['input[type="radio"], [role="radio"], [role="option"], [role="menuitem"], [role="treeitem"]', ['Space', 'Enter']],
]

/** Returns whether a shortcut may work while `target` has the focus. */
export function mayAct(target: EventTarget | null, keys: string, whileTyping: boolean): boolean {
  if (!(target instanceof Element)) return true
  // Where what had the focus is gone, or text was clicked, the page's body has it, with the dialog still in front.
  if (isCovered(target.ownerDocument)) return false
  if (target.closest('[role="dialog"], [role="alertdialog"], [role="menu"]')) return false
  if (isTyping(target)) return whileTyping
  return !ownKeys.some(([selector, own]) => own.includes(keys) && target.matches(selector))
}

/** True while a dialog is in front of the page. */
export function isCovered(page: Document): boolean {
  return page.querySelector('dialog[open]') !== null
}

/** True for an element that takes what is typed as text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false
  if (target instanceof HTMLInputElement) return !notTyped.has(target.type)
  return target.closest(typing) !== null
}
