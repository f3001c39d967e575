import { useOutside } from '#renderer/api/host'
import { createClient } from '#shared/contract/client'
import { defineContract } from '#shared/contract/defineContract'
import { generating } from '#shared/contract/generating'

const contract = defineContract({ requests: { generating }, events: {} })

/** What makes sounds, as the stores of the Lab ask it. */
export function useGenerating() {
  return createClient(contract, useOutside().host.transport).generating
}
