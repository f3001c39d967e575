import { AppError } from '#shared/errors'

/** For what nobody answered; whether it was done all the same is not known. */
export function connectionLost(cause: unknown): AppError {
  const message =
    'Stemwright did not answer, so what you asked for was perhaps not done. The page looks for it again by itself; if Stemwright was ended, start it again.'
  return new AppError('CONNECTION_LOST', message, { cause })
}

/** Fetches a file from the services. @throws AppError CONNECTION_LOST where nobody answers; what they answer may still be a refusal */
export async function fetchFile(url: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (cause) {
    throw connectionLost(cause)
  }
}
