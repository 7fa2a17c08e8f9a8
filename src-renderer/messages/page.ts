import { activity as activityTexts } from './en/activity.ts'
import { app as appTexts } from './en/app.ts'
import { client as clientTexts } from './en/client.ts'
import { clips as clipsTexts } from './en/clips.ts'
import { components as componentsTexts } from './en/components.ts'
import { guest as guestTexts } from './en/guest.ts'
import { health as healthTexts } from './en/health.ts'
import { keys as keysTexts } from './en/keys.ts'
import { library as libraryTexts } from './en/library.ts'
import { live as liveTexts } from './en/live.ts'
import { publish as publishTexts } from './en/publish.ts'
import { recording as recordingTexts } from './en/recording.ts'
import { rules as rulesTexts } from './en/rules.ts'
import { settings as settingsTexts } from './en/settings.ts'
import { sources as sourcesTexts } from './en/sources.ts'
import { section } from './language.ts'
import type { Messages } from './messages.ts'

/** Texts of the page's sections, in the page's language. */
export const activity = section('activity', activityTexts)
export const app = section('app', appTexts)
export const client = section('client', clientTexts)
export const clips = section('clips', clipsTexts)
export const components = section('components', componentsTexts)
export const errors = section<Messages['errors']>('errors', {})
export const health = section('health', healthTexts)
export const guest = section('guest', guestTexts)
export const keys = section('keys', keysTexts)
export const library = section('library', libraryTexts)
export const live = section('live', liveTexts)
export const publish = section('publish', publishTexts)
export const recording = section('recording', recordingTexts)
export const rules = section('rules', rulesTexts)
export const settings = section('settings', settingsTexts)
export const sources = section('sources', sourcesTexts)
