import type { EngineId } from '#main/engine/engine'
import { examineRung } from '#main/engine/rungs'

/**
 * The process that tries one rung, named by its argument, and tells its parent the report. A library or driver that
 * crashes takes this process with it and not the app.
 */
const report = await examineRung(process.argv[2] as EngineId, () => performance.now())
// Native libraries may keep the process alive or crash while they unload; once the report is out, neither matters.
process.send?.(report, () => process.exit(0))
