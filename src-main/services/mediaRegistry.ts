/** The files that the UI may fetch, by id. Nothing else on the disk can be reached through a media URL. */
export interface MediaRegistry {
  /** Registers a file and gives its URL. */
  register(mediaId: string, path: string): string
  path(mediaId: string): string | undefined
  /** Forgets all files of which `isGone` says so. */
  forget(isGone: (mediaId: string) => boolean): void
}

/** Returns an empty registry; `mediaUrl` says where a host serves a file by its id. */
export function createMediaRegistry(mediaUrl: (mediaId: string) => string): MediaRegistry {
  const paths = new Map<string, string>()
  return {
    register(mediaId, path) {
      paths.set(mediaId, path)
      return mediaUrl(mediaId)
    },
    path: (mediaId) => paths.get(mediaId),
    forget(isGone) {
      for (const mediaId of paths.keys()) if (isGone(mediaId)) paths.delete(mediaId)
    },
  }
}
