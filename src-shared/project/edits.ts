/**
 * What a user can do to a project. Each edit is a function `(project, what) => project` that leaves the old document as it is
 * and shares with the new one all that did not change. An edit that names something that is not there, or that changes nothing,
 * returns the same object. Frames are rounded and brought to where they are possible, so that no edit makes a document that is
 * not valid. New things get their ids from the caller.
 */
export { addClip, findClip, moveClip, moveClips, removeClip, setClip, splitClip, trimClip } from '#shared/project/clipEdits'
export { clearFinds, findsOn, setFinds } from '#shared/project/findEdits'
export { addMarker, moveMarker, removeMarker, renameMarker, setLoop } from '#shared/project/markerEdits'
export { placeSong, placeStems, replaceStems, stemPairSources } from '#shared/project/songEdits'
export { addSource, findSource } from '#shared/project/sources'
export { addTrack, loudestGain, moveTrack, quietestGain, removeTrack, renameTrack, setTrack } from '#shared/project/trackEdits'
