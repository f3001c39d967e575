import { saveBlob } from '#renderer/api/saveBlob'

/** Rows of cells as CSV. */
export function csv(rows: readonly (readonly unknown[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')
}

/** Quoted where it must be; a name that a spreadsheet would take for a formula is made a text. */
function csvCell(value: unknown): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value)
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Hands a table to the user's downloads; its first mark tells spreadsheets that it is UTF-8. */
export function saveCsv(name: string, text: string): void {
  saveBlob(name, 'csv', new Blob(['\uFEFF', text], { type: 'text/csv' }))
}
