import { inject, type InjectionKey } from 'vue'
import { createClient, type Client, type Transport } from '#shared/contract/client'
import { contract, type AppContract } from '#shared/contract/contract'
import type { SongSource } from '#shared/contract/songs'

/** Where exported stems go: a folder for the services, and where the files can then be fetched, when they can. */
export interface ExportTarget {
  folder: string
  urlOf?(path: string): string
}

/** What differs between the desktop window and the browser; all else goes over the contract. */
export interface Host {
  readonly transport: Transport
  /** Makes a dropped or chosen file known to the services. @throws AppError when it cannot be sent. */
  sourceOf(file: File): Promise<SongSource>
  /** Asks where to put exported stems; undefined when the user chose nothing. */
  chooseExportTarget(): Promise<ExportTarget | undefined>
}

export type AppClient = Client<AppContract>

/** What every store needs of the outside. */
export interface Outside {
  readonly host: Host
  readonly client: AppClient
  /** Milliseconds from any fixed moment. */
  now(): number
}

export const outsideKey: InjectionKey<Outside> = Symbol('outside')

/** Returns what stores need, over `host`. */
export function createOutside(host: Host, now: () => number): Outside {
  return { host, client: createClient(contract, host.transport), now }
}

/** The outside of the app that is running; for use inside stores and components. */
export function useOutside(): Outside {
  const outside = inject(outsideKey)
  if (!outside) throw new Error('The app was started without a host.')
  return outside
}
