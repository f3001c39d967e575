import { type BrowserWindow, type Rectangle, screen } from 'electron'
import { z } from 'zod'
import type { DocumentFile } from '#main/services/platform'

const windowState = z.object({
  bounds: z.object({ x: z.number().int(), y: z.number().int(), width: z.number().int().min(720), height: z.number().int().min(520) }),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof windowState>

/** Returns how the window was when it was last closed; undefined at first, or when that place is not on any screen now. */
export async function readWindowState(file: DocumentFile): Promise<WindowState | undefined> {
  try {
    const state = windowState.parse(JSON.parse((await file.read()) ?? ''))
    return isOnScreen(state.bounds) ? state : undefined
  } catch {
    // Where a window stands is not worth a word: it opens as at first.
    return undefined
  }
}

/** Writes down how the window is now. */
export async function writeWindowState(window: BrowserWindow, file: DocumentFile): Promise<void> {
  const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() }
  await file.write(JSON.stringify(state)).catch(() => {})
}

/** True when enough of the title bar lies on a screen to take hold of it. */
function isOnScreen({ x, y, width }: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const overlap = Math.min(x + width, workArea.x + workArea.width) - Math.max(x, workArea.x)
    return overlap >= 100 && y >= workArea.y - 10 && y < workArea.y + workArea.height - 40
  })
}
