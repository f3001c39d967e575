import type { ArgumentOf, ContractSpec, EventOf, Reply, ResultOf } from '#shared/contract/defineContract'
import { fromFailure } from '#shared/jobs/job'

/** What carries the contract between UI and services: Electron's IPC, or http and an event stream. */
export interface Transport {
  /** Sends one request, such as `songs.import`, and gives the server's `Reply`. */
  request(name: string, payload: unknown): Promise<unknown>
  /** Calls back for every event `{name, payload}`; returns how to stop. */
  onEvent(callback: (event: unknown) => void): () => void
}

type Ask<Spec> =
  undefined extends ArgumentOf<Spec>
    ? (payload?: ArgumentOf<Spec>) => Promise<ResultOf<Spec>>
    : (payload: ArgumentOf<Spec>) => Promise<ResultOf<Spec>>

/** The contract as functions: `client.songs.import({ path })`, `client.on('job.changed', listener)`. */
export type Client<Contract extends ContractSpec> = {
  readonly [Area in keyof Contract['requests']]: {
    readonly [Name in keyof Contract['requests'][Area]]: Ask<Contract['requests'][Area][Name]>
  }
} & {
  /** Calls `listener` with the payload of every event called `name`; returns how to stop. */
  on<Name extends EventOf<Contract>['name']>(
    name: Name,
    listener: (payload: Extract<EventOf<Contract>, { name: Name }>['payload']) => void,
  ): () => void
}

/**
 * Returns the typed client of `contract` over `transport`. Answers come from our own validating server and are trusted.
 * Every call @throws AppError with the code that the services gave.
 */
export function createClient<Contract extends ContractSpec>(contract: Contract, transport: Transport): Client<Contract> {
  const ask = async (name: string, payload: unknown): Promise<unknown> => {
    const reply = (await transport.request(name, payload)) as Reply
    if (!reply.ok) throw fromFailure(reply.error)
    return reply.result
  }
  const areas = Object.entries(contract.requests).map(([area, requests]) => {
    const calls = Object.keys(requests).map((name) => [name, (payload: unknown) => ask(`${area}.${name}`, payload)])
    return [area, Object.fromEntries(calls) as unknown]
  })
  const on = (name: string, listener: (payload: unknown) => void) =>
    transport.onEvent((event) => {
      const received = event as { name: string; payload: unknown }
      if (received.name === name) listener(received.payload)
    })
  return { ...Object.fromEntries(areas), on } as unknown as Client<Contract>
}
