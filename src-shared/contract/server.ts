import { z } from 'zod'
import type { ContractSpec, PayloadOf, Reply, RequestSpec, ResultOf } from '#shared/contract/defineContract'
import { AppError } from '#shared/errors'
import { toFailure } from '#shared/jobs/job'

/** One function a request; a missing or an extra one does not compile. */
export type Handlers<Contract extends ContractSpec> = {
  readonly [Area in keyof Contract['requests']]: {
    readonly [Name in keyof Contract['requests'][Area]]: (
      payload: PayloadOf<Contract['requests'][Area][Name]>,
    ) => Promise<ResultOf<Contract['requests'][Area][Name]>> | ResultOf<Contract['requests'][Area][Name]>
  }
}

export interface Server {
  /** Answers one request as it came in from outside; never throws. */
  handle(name: unknown, payload: unknown): Promise<Reply>
}

type AnyHandler = (payload: unknown) => unknown

/**
 * Returns the server of `contract`. A payload that does not fit its schema is answered with INVALID_INPUT and reaches no
 * handler; a result is cut down to its schema, so that nothing undeclared leaves the services.
 * @param report is told of every failure that is a defect rather than something the user can act on
 */
export function createServer<Contract extends ContractSpec>(
  contract: Contract,
  handlers: Handlers<Contract>,
  report: (error: unknown) => void = () => {},
): Server {
  const routes = new Map<string, { spec: RequestSpec; handler: AnyHandler }>()
  for (const [area, requests] of Object.entries(contract.requests)) {
    for (const [name, spec] of Object.entries(requests)) {
      const handler = (handlers as Record<string, Record<string, AnyHandler>>)[area]![name]!
      routes.set(`${area}.${name}`, { spec, handler })
    }
  }
  const answer = async (name: unknown, payload: unknown): Promise<unknown> => {
    const route = typeof name === 'string' ? routes.get(name) : undefined
    if (!route) throw new AppError('INVALID_INPUT', `This app knows no request called ${JSON.stringify(name)}.`)
    const parsed = route.spec.payload.safeParse(payload)
    if (!parsed.success) throw invalidInput(String(name), parsed.error)
    return route.spec.result.parse(await route.handler(parsed.data))
  }
  return {
    async handle(name, payload) {
      try {
        return { ok: true, result: await answer(name, payload) }
      } catch (error) {
        if (!(error instanceof AppError)) report(error)
        return { ok: false, error: toFailure(error) }
      }
    },
  }
}

/** Returns the error for a value that does not fit its schema; `what` names the value. */
export function invalidInput(what: string, error: z.ZodError): AppError {
  return new AppError('INVALID_INPUT', `${what} was refused: ${z.prettifyError(error)}`, { cause: error })
}
