import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { DocumentFile } from '#main/services/platform'

const content = z.object({ port: z.number().int().min(1).max(65535), token: z.string().regex(/^[\w-]{32}$/).optional() })

/** Where the app is served, and what its address must carry. */
export interface Address {
  readonly port: number
  readonly token: string
}

/**
 * The address of the last time, so that a page that is still open finds the server again after it was killed. After a proper
 * end only the port is kept: the token is good for nothing then, should another program listen at that port and receive it.
 */
export interface KeptAddress {
  /**
   * Listens by `listen` at the port of the last time, or else at a free one (0), and gives what that resolved to.
   * @param wanted the port that the user asks for, and no other
   */
  serve<Value>(wanted: number | undefined, listen: (address: Address) => Promise<Value & { port: number }>): Promise<Value>
  /** The server ends as it should. */
  forgetToken(): Promise<void>
}

/** @param file to be readable by the user alone */
export function createKeptAddress(file: DocumentFile): KeptAddress {
  let current: Address | undefined
  return {
    async serve(wanted, listen) {
      const last = await read(file)
      const attempts = attemptsAt(wanted, last)
      for (const [index, address] of attempts.entries()) {
        try {
          const server = await listen(address)
          current = { port: server.port, token: address.token }
          await keep(file, current)
          return server
        } catch (error) {
          const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
          if (isTaken && last.token !== undefined) await keep(file, { port: address.port })
          if (!isTaken || index === attempts.length - 1) throw error
        }
      }
      throw new Error('There was no port to listen at.')
    },
    async forgetToken() {
      if (current) await keep(file, { port: current.port })
    },
  }
}

/** The old token only goes with the old port: whoever listens there meanwhile may have been sent it. */
function attemptsAt(wanted: number | undefined, last: Partial<Address>): Address[] {
  const fresh = () => randomBytes(24).toString('base64url')
  const again = last.port !== undefined && (wanted === undefined || wanted === last.port)
  if (again) return [{ port: last.port!, token: last.token ?? fresh() }, ...(wanted === undefined ? [{ port: 0, token: fresh() }] : [])]
  return [{ port: wanted ?? 0, token: fresh() }]
}

async function read(file: DocumentFile): Promise<Partial<Address>> {
  try {
    const { port, token } = content.parse(JSON.parse((await file.read()) ?? ''))
    return { port, ...(token !== undefined && { token }) }
  } catch {
    // Whatever is missing or damaged there, the address is a new one.
    return {}
  }
}

/** That it cannot be kept only means another address next time. */
function keep(file: DocumentFile, address: Partial<Address>): Promise<void> {
  return file.write(JSON.stringify(address)).catch(() => {})
}
