import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Why a request is turned away, in words for whoever reads the answer. */
export type Refusal = { status: 403 | 421; message: string }

export interface Access {
  /**
   * Undefined when the request may go on.
   * @param visitToken what the address of a first visit carries; without it the cookie or the header counts
   */
  refuse(request: IncomingMessage, visitToken?: string): Refusal | undefined
  /** Value of the Set-Cookie header by which the browser keeps the token from the first visit on. */
  cookie(): string
}

/** Also accepted in place of the cookie, for programs. */
export const tokenHeader = 'x-stemwright-token'

/**
 * Returns who may talk to the server at `port`: only pages that it delivered itself, opened with its token. Checking the
 * Host keeps out pages whose name was made to point at 127.0.0.1, checking the Origin all other pages in the browser,
 * and the token the other users of this computer.
 */
export function createAccess(port: number, token: string): Access {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const cookieName = `stemwright-${port}`
  const accepts = (given: string | undefined) => {
    const expected = Buffer.from(token)
    const received = Buffer.from(given ?? '')
    return received.length === expected.length && timingSafeEqual(received, expected)
  }
  return {
    cookie: () => `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Strict`,
    refuse({ headers }, visitToken) {
      const { host, origin } = headers
      if (!host || !hosts.includes(host)) return { status: 421, message: 'This address is not served here.' }
      if (origin !== undefined && origin !== `http://${host}`) {
        return { status: 403, message: 'Another page asked for this, and only Stemwright itself may.' }
      }
      const given = visitToken ?? headers[tokenHeader] ?? cookieNamed(cookieName, headers.cookie)
      if (accepts(typeof given === 'string' ? given : undefined)) return undefined
      return { status: 403, message: 'Open the whole address that Stemwright printed when it started, with its token.' }
    },
  }
}

function cookieNamed(name: string, header: string | undefined): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([key]) => key === name)?.[1]
}
