import type { z } from 'zod'
import type { Failure } from '#shared/jobs/job'

/** One thing that the UI can ask: the schema of what it sends and of what it gets. */
export interface RequestSpec<Payload extends z.ZodType = z.ZodType, Result extends z.ZodType = z.ZodType> {
  readonly payload: Payload
  readonly result: Result
}

/** All that may cross between the UI and the services: requests by area and name, events by name. */
export interface ContractSpec {
  readonly requests: Readonly<Record<string, Readonly<Record<string, RequestSpec>>>>
  readonly events: Readonly<Record<string, z.ZodType>>
}

/** Declares a request. */
export function request<Payload extends z.ZodType, Result extends z.ZodType>(
  payload: Payload,
  result: Result,
): RequestSpec<Payload, Result> {
  return { payload, result }
}

/** Declares a contract; returns it as it is, with its exact type. */
export function defineContract<const Contract extends ContractSpec>(contract: Contract): Contract {
  return contract
}

export type PayloadOf<Spec> = Spec extends RequestSpec<infer Payload, z.ZodType> ? z.output<Payload> : never
export type ResultOf<Spec> = Spec extends RequestSpec<z.ZodType, infer Result> ? z.output<Result> : never

/** What the caller gives: fields that have a default may be left out. */
export type ArgumentOf<Spec> = Spec extends RequestSpec<infer Payload, z.ZodType> ? z.input<Payload> : never

/** Every event as it crosses, discriminated by its name. */
export type EventOf<Contract extends ContractSpec> = {
  [Name in keyof Contract['events'] & string]: { name: Name; payload: z.output<Contract['events'][Name]> }
}[keyof Contract['events'] & string]

/** The answer to a request as it crosses: transports mangle thrown errors, so a failure is a value. */
export type Reply = { ok: true; result: unknown } | { ok: false; error: Failure }
