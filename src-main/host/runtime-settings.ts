import { type Static, Type } from 'typebox'
import { LiveRuntimeSettingsSchema } from '../live/index.ts'
import type { OptionSource } from '../platform/config/resolve-options.ts'
import type { EventBus } from '../platform/events/events.ts'
import type { SettingsStore } from '../platform/storage/settings-store.ts'
import type { Config } from './config.ts'
import type { UsedOptions } from './follow-options.ts'

/** How long a host may be away and still go on with its outputs, unless it is configured otherwise, ms. */
const usualResumeMs = 600_000

const Notification = (what: string) => Type.Boolean({ default: true, description: `the desktop shows a notification when ${what}` })

/** Notifications, each of which may be switched off. */
const notifications = {
  notifyOutputs: Notification('an output fails or loses its connection'),
  notifyRecordings: Notification('a recording is complete'),
  notifyGuests: Notification('a guest waits'),
  notifyDisk: Notification('a disk is nearly full'),
}

/** What may change while the host runs. */
export const SettingsSchema = Type.Object({
  ...LiveRuntimeSettingsSchema.properties,
  playerTheme: Type.Union([Type.Literal('auto'), Type.Literal('dark'), Type.Literal('light')], {
    default: 'auto',
    description: 'look of the watch page',
  }),
  studioResumeWithinMs: Type.Integer({
    minimum: 0,
    maximum: 86_400_000,
    default: usualResumeMs,
    description: 'outputs of the studio that ran when the host ended go on by themselves where it is back within so long; 0: never',
  }),
  globalHotkeys: Type.Union([Type.Literal('off'), Type.Literal('safe'), Type.Literal('all')], {
    default: 'safe',
    description:
      'hotkeys of the studio work while another window has the focus; safe: those with Ctrl, Alt or the Windows key, function and media keys; all: letters and digits alone too, which no other program gets then; off: on the page alone',
  }),
  ...notifications,
})
export type Settings = Static<typeof SettingsSchema>

export interface RuntimeSettings {
  current(): Settings
  /** Kept, in force at once, and announced as `settings.updated`. */
  change(changes: Partial<Settings>): Settings
  /**
   * Takes options that are settings, too, from a file that has changed. What was changed at run time, or is commanded by a flag or the
   * environment, stays.
   */
  configure(config: Config): UsedOptions
}

/** Options that may change while the host runs. */
const optionNames = ['reconnectWindowMs', 'cdnPrefix'] as const

/**
 * A setting that was changed at run time outlives the run; an option given as flag or in the environment
 * is above it, so that the command line has the last word.
 */
export function createRuntimeSettings(
  config: Config,
  sources: ReadonlyMap<string, OptionSource>,
  store: SettingsStore,
  events: EventBus,
): RuntimeSettings {
  const values: Settings = {
    reconnectWindowMs: config.reconnectWindowMs,
    cdnPrefix: config.cdnPrefix,
    playerTheme: 'auto',
    studioResumeWithinMs: usualResumeMs,
    globalHotkeys: 'safe',
    notifyOutputs: true,
    notifyRecordings: true,
    notifyGuests: true,
    notifyDisk: true,
  }
  const commanded = (key: string): boolean => sources.get(key) === 'flag' || sources.get(key) === 'environment'
  for (const [key, value] of Object.entries(store.all())) {
    if (key in values && !commanded(key)) Object.assign(values, { [key]: value })
  }
  return {
    current: () => ({ ...values }),
    change(changes) {
      Object.assign(values, changes)
      store.set(changes)
      events.publish('settings.updated', { ...values })
      return { ...values }
    },
    configure(changed) {
      const kept = optionNames.filter((name) => name in store.all() && !commanded(name))
      const used = optionNames.filter((name) => !kept.includes(name) && !commanded(name))
      const isOther = used.some((name) => values[name] !== changed[name])
      for (const name of used) Object.assign(values, { [name]: changed[name] })
      if (isOther) events.publish('settings.updated', { ...values })
      return { used, kept }
    },
  }
}
