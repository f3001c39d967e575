import { app } from '#shared/contract/app'
import { defineContract, type EventOf } from '#shared/contract/defineContract'
import { engine } from '#shared/contract/engine'
import { jobEvents, jobs } from '#shared/contract/jobs'
import { models } from '#shared/contract/models'
import { separation } from '#shared/contract/separation'
import { songs } from '#shared/contract/songs'
import { sounds } from '#shared/contract/sounds'

/** All that the UI can ask and be told. */
export const contract = defineContract({
  requests: { app, engine, jobs, models, separation, songs, sounds },
  events: { ...jobEvents },
})
export type AppContract = typeof contract
export type AppEvent = EventOf<AppContract>
