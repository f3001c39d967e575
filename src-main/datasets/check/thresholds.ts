/** From which figures on a check says something. Each is a rule of thumb; the report always shows the figure itself. */

/** Magnitude that counts as full scale: sixteen bits reach 32767 / 32768. */
export const fullScale = 32766 / 32768
/** Samples in a row at full scale that are a cut-off peak, and not a loud one. */
export const clippedRun = 3
/** Shares of samples: modern masters have some, and a network learns their crackle when there are many. */
export const clipping = { note: 1e-4, problem: 5e-3 }

/** RMS of a tenth of a second below which it is silent: -60 dBFS. */
export const silentRms = 1e-3
/** Share of a song, or of a loose recording, that may be silent. */
export const silence = { note: 0.5, problem: 0.999 }

/** Share of a song in which vocals sound: with less there is little to learn, with hardly any the stem is empty or the wrong one. */
export const vocalActivity = { note: 0.1, problem: 0.005 }

/** Level of mixture minus stems against the mixture, decibels: codecs leave -25 or less, a missing or late stem -10 or more. */
export const sumError = { note: -25, problem: -10 }
/** Magnitude of the correlation of vocals and music: separate instruments have hardly any. */
export const stemLikeness = { note: 0.25, problem: 0.6 }
/** Level of vocals that were got by subtraction against their mixture, decibels: above, the subtraction took nothing away. */
export const subtractionLeft = -1

/** Hertz below which treble is missing that music is expected to have. */
export const lowRate = 32000
/** Rates that training can convert. */
export const leastRate = 8000
export const mostRate = 192000

/** Seconds by which the stems of a song may differ in length. */
export const lengthDifference = { note: 0.1, problem: 2 }
/** Seconds that a song must have for one patch of a training. */
export const shortest = 3

/** Landmarks that must agree, and their share of the stretch, for a recording to be the same. See docs/training-data.md. */
export const sameRecording = { landmarks: 20, share: 0.15 }

/** Minutes of training material below which a network learns the songs by heart. */
export const trainingMinutes = { note: 30, problem: 2 }

/** Clips of a class below which it can hardly be learned, and how much more of one class than of another is uneven. */
export const clipsOfClass = 8
export const unevenClasses = 5

/** Two channels that differ by less than this are one: -90 dBFS. */
export const sameChannel = 3e-5
