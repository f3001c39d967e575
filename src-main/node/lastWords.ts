/** Characters of what a process says that are kept. */
const kept = 300

/**
 * Listens to the standard error of a process, and returns a function that gives the last line it said: mostly why it died.
 * @param echo is given everything as it comes
 */
export function followLastWords(stream: NodeJS.ReadableStream | null | undefined, echo: (text: string) => void = () => {}): () => string {
  let said = ''
  stream?.setEncoding('utf8').on('data', (text: string) => {
    echo(text)
    said = (said + text).slice(-kept)
  })
  return () => said.trim().split('\n').at(-1)?.trim() ?? ''
}
