/**
 * What a page of this app may style itself with: its own files, and the one inline style of wavesurfer.js at the height that
 * src-renderer/ui/SoundPreview gives it, by its hash; Chromium's console names the hash to put here when that changes.
 */
export const stylePolicy = "style-src 'self' 'sha256-EbQRT+1/o6noeZTUfkkbORH8zUyteVqmj7YFvRqOVrw='"
