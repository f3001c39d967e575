/** A file inside a wheel; sizes in bytes. */
export interface WheelEntry {
  name: string
  method: number
  compressedSize: number
  size: number
  offset: number
}

export function listWheel(file: string): Promise<WheelEntry[]>
export function extractEntry(file: string, entry: WheelEntry, target: string): Promise<void>
