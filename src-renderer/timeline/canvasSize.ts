import { onBeforeUnmount, onMounted, type Ref, ref } from 'vue'

/** Device pixels of a CSS pixel, as long as the component lives; changes when the window moves to another screen or is zoomed. */
export function usePixelRatio(): Ref<number> {
  const ratio = ref(globalThis.devicePixelRatio || 1)
  let query: MediaQueryList | undefined
  const follow = () => {
    query?.removeEventListener('change', follow)
    ratio.value = globalThis.devicePixelRatio || 1
    query = globalThis.matchMedia(`(resolution: ${ratio.value}dppx)`)
    query.addEventListener('change', follow)
  }
  onMounted(follow)
  onBeforeUnmount(() => query?.removeEventListener('change', follow))
  return ratio
}

/** Tells the width of an element in whole CSS pixels, at first and whenever it changes. */
export function useWidthOf(element: Readonly<Ref<HTMLElement | null>>, onWidth: (width: number) => void): void {
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0)
    if (width > 0) onWidth(width)
  })
  onMounted(() => element.value && observer.observe(element.value))
  onBeforeUnmount(() => observer.disconnect())
}

/** Gives a canvas its size in device pixels and returns its cleared context; undefined where there is none. */
export function clearedContext(canvas: HTMLCanvasElement | undefined, width: number, height: number): CanvasRenderingContext2D | undefined {
  const context = canvas?.getContext('2d')
  if (!canvas || !context || width === 0) return undefined
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width
    canvas.height = height
  } else {
    context.clearRect(0, 0, width, height)
  }
  return context
}
