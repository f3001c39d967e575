import { Readable } from 'node:stream'
import { answerFile } from '#main/node/byteRange'

/** Returns the answer of a protocol handler to `request` for the file at `path`. */
export async function fileResponse(path: string, request: Request, headers: Record<string, string>): Promise<Response> {
  const answer = await answerFile(path, request.headers.get('range') ?? undefined)
  const body = answer.open ? (Readable.toWeb(answer.open()) as ReadableStream<Uint8Array>) : undefined
  return new Response(body, { status: answer.status, headers: { ...answer.headers, ...headers } })
}
