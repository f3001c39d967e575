import { inject, type InjectionKey } from 'vue'
import { createClient, type Client, type Transport } from '#shared/contract/client'
import { contract, type AppContract } from '#shared/contract/contract'
import type { SongSource } from '#shared/contract/songs'

/** Where exported stems go: a folder for the services, and where the files can then be fetched, when they can. */
export interface ExportTarget {
  folder: string
  urlOf?(path: string): string
}

/** Files that were rendered to be dragged out of the page. */
export interface PreparedDrag {
  readonly jobId: string
  readonly files: readonly { readonly name: string; readonly url: string }[]
}

/**
 * `lost` while nobody answers, which may pass; `restarted` when another server answers than the one that the page was loaded
 * from, so that it has to be loaded again; `refused` when the server does not let this page in.
 */
export type ConnectionState = 'connected' | 'lost' | 'restarted' | 'refused'

/** What differs between the desktop window and the browser; all else goes over the contract. */
export interface Host {
  /** True for the desktop window, which has a menu and is told what the system opens. */
  readonly isDesktop?: boolean
  readonly transport: Transport
  /** Makes a dropped or chosen file known to the services. @throws AppError when it cannot be sent. */
  sourceOf(file: File): Promise<SongSource>
  /** Path of a file or folder that was dropped; missing where the page is not told. */
  pathOf?(file: File): string | undefined
  /** Asks where to put exported stems; undefined when the user chose nothing. */
  chooseExportTarget(): Promise<ExportTarget | undefined>
  /**
   * Lets the user drop prepared files wherever they like; to be called while `dragstart` is handled.
   * @throws AppError when the drag could not begin
   */
  beginDrag(event: DragEvent, prepared: PreparedDrag): Promise<void>
  /** Hands a file to the user's downloads; missing where files are saved to folders instead. */
  download?(file: { name: string; url: string }): void
  /** Calls back with how the connection to the services is, and whenever that changes; missing where it cannot break. */
  watchConnection?(callback: (state: ConnectionState) => void): () => void
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
