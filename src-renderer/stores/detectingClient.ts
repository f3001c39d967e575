import { useOutside } from '#renderer/api/host'
import { type Client, createClient } from '#shared/contract/client'
import { defineContract } from '#shared/contract/defineContract'
import { detecting, detectingEvents } from '#shared/contract/detecting'

const contract = defineContract({ requests: { detecting }, events: detectingEvents })

/** What finds sounds, as the stores of the Lab and the Studio ask it, and what it tells of. */
export function useDetecting(): Client<typeof contract> {
  return createClient(contract, useOutside().host.transport)
}
