import { defaultModelId } from '#main/services/modelService'

/** What `npm run separate -- --help` prints. */
export const usage = `Splits songs into vocals and music on this machine.

npm run separate                              separates the demo song
npm run separate -- song.mp3 folder/ [options]

  --out DIR         where to write "TITLE - Vocals.wav" and "TITLE - Music.wav"   (stems)
  --format FORMAT   wav16, wav24, wav32f, flac, mp3, aiff or m4a                  (wav24)
  --model ID        the model to use                                              (${defaultModelId})
  --quality QUALITY fast, or best: slower, and a little better                    (fast)
  --start SECONDS   where to begin                                                (0)
  --length SECONDS  how much to separate                                          (all)
  --overwrite       replace files of the same name instead of numbering the new ones
  --json            one JSON document on standard output; progress goes to standard error
  --help            this text

Folders are searched for sound files, with all folders inside them.
Exit status: 0 all done, 2 bad usage, 3 some input failed (the others are done), 130 cancelled.
`
