import type { Ref } from 'vue'

/**
 * Returns what keys do on a board of playable sounds: arrows move among them, in rows as they are shown. Where `remove` is given, it is
 * called with the number of the sound that is to go.
 */
export function useTileKeys(board: Readonly<Ref<HTMLElement | null>>, remove?: (at: number) => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target as HTMLElement).classList.contains('picture')) return
    const all = [...(board.value?.querySelectorAll<HTMLElement>('.picture') ?? [])]
    const here = all.indexOf(event.target as HTMLElement)
    const topOf = (each: HTMLElement) => each.getBoundingClientRect().top
    const columns = Math.max(1, all.filter((each) => topOf(each) === topOf(all[0]!)).length)
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key]
    const isRemoval = remove !== undefined && (event.key === 'Delete' || event.key === 'Backspace')
    if (step === undefined && !isRemoval) return
    event.preventDefault()
    event.stopPropagation()
    if (step !== undefined) return all[here + step]?.focus()
    ;(all[here + 1] ?? all[here - 1])?.focus()
    remove?.(here)
  }
}
