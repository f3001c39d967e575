/** Returns the files of a drop, with those inside dropped folders, in the order of their paths. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // Entries must be taken before the first await: the browser empties the transfer after the event.
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  const entries = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile())
  const found = await Promise.all(entries.map((entry) => (entry instanceof File ? [entry] : entry ? filesOf(entry) : [])))
  return found.flat()
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))]
  const children = await childrenOf((entry as FileSystemDirectoryEntry).createReader())
  children.sort((a, b) => a.name.localeCompare(b.name))
  const found = await Promise.all(children.map(filesOf))
  return found.flat().filter((file) => looksLikeSound(file.name))
}

/** A directory reader gives its entries in portions; the last one is empty. */
async function childrenOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = []
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (portion.length === 0) return all
    all.push(...portion)
  }
}

/** Folders hold covers and lyrics too; a file that was dropped by itself is always tried. */
function looksLikeSound(name: string): boolean {
  return /\.(wav|wave|rf64|aiff?|aifc|flac|mp3|ogg|oga|opus|m4a|mp4|aac)$/i.test(name)
}
