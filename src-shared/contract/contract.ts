import { app } from '#shared/contract/app'
import { datasetEvents, datasets } from '#shared/contract/datasets'
import { defineContract, type EventOf } from '#shared/contract/defineContract'
import { desktop, desktopEvents } from '#shared/contract/desktop'
import { detecting, detectingEvents } from '#shared/contract/detecting'
import { engine } from '#shared/contract/engine'
import { generating } from '#shared/contract/generating'
import { jobEvents, jobs } from '#shared/contract/jobs'
import { modelEvents, models } from '#shared/contract/models'
import { playground } from '#shared/contract/playground'
import { projectEvents, projects } from '#shared/contract/projects'
import { quantising, quantisingEvents } from '#shared/contract/quantising'
import { render } from '#shared/contract/render'
import { repair } from '#shared/contract/repair'
import { results } from '#shared/contract/results'
import { separation } from '#shared/contract/separation'
import { settings, settingsEvents } from '#shared/contract/settings'
import { songs } from '#shared/contract/songs'
import { soundEvents, sounds } from '#shared/contract/sounds'
import { studies, studyEvents } from '#shared/contract/studies'
import { teaching, teachingEvents } from '#shared/contract/teaching'
import { training, trainingEvents } from '#shared/contract/training'

/** All that the UI can ask and be told. */
export const contract = defineContract({
  requests: { app, datasets, desktop, detecting, engine, generating, jobs, models, playground, projects, quantising, render, repair, results, separation, settings, songs, sounds, studies, teaching, training },
  events: { ...datasetEvents, ...desktopEvents, ...detectingEvents, ...jobEvents, ...modelEvents, ...projectEvents, ...quantisingEvents, ...settingsEvents, ...soundEvents, ...studyEvents, ...teachingEvents, ...trainingEvents },
})
export type AppContract = typeof contract
export type AppEvent = EventOf<AppContract>
