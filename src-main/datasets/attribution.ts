/** Where a recording comes from and under which terms, as a dataset's ATTRIBUTION.tsv says. */
export interface Attribution {
  /** Path of the file, or of a folder that holds it. */
  readonly file: string
  readonly source: string
  readonly licence: string
}

/** Rows of a table with the columns file, repository, path, commit, licence, after one line of headings. */
export function readAttributions(table: string): Attribution[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((columns) => columns.length >= 5)
    .map(([file, repository, , , licence]) => ({ file: file!, source: repository!, licence: licence!.trim() }))
}

/** One line for each folder, source and licence that the files at `paths` are owed to, in the order of the table. */
export function attributionLines(attributions: readonly Attribution[], paths: readonly string[]): string[] {
  const used = new Set(paths)
  const lines = attributions
    .filter(({ file }) => used.has(file) || paths.some((path) => path.startsWith(`${file.replace(/\/$/, '')}/`)))
    .map(({ file, source, licence }) => `${file.split('/').slice(0, -1).join('/') || file}: ${source}, ${licence}`)
  return [...new Set(lines)]
}

/** The licence of weights learned from such material: the strictest that its parts ask for. */
export function weightsLicence(lines: readonly string[], material: 'recordings' | 'pictures' = 'recordings'): string {
  if (lines.some((line) => /\bNC\b/.test(line))) return 'CC BY-NC-SA 4.0'
  return lines.length > 0 ? 'CC BY-SA 4.0' : `As your ${material} allow`
}
