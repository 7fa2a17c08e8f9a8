import type { SourceReport } from '../../../media/source-report.ts'
import { AppError } from '../../../platform/errors.ts'
import { untilBuilt } from '../../../platform/native-preparation.ts'
import { leftOutKind } from '../../document/kinds/left-out-kind.ts'
import { findSourceKind } from '../../document/kinds/source-kinds.ts'
import type { RunningSource, SourceContext, StartSource } from './running-source.ts'
import { readSettings } from './source-settings.ts'

const drawn = async (kind: string): Promise<StartSource<unknown>> => (await import('./drawn/start-drawn-source.ts')).startDrawnSource(kind)

/** What starts a source of each kind. Loaded when the first of its kind is wanted: most shows need few of them. */
// biome-ignore lint/suspicious/noExplicitAny: each kind has settings of its own, checked against its schema before
export const sourceStarters: Readonly<Record<string, () => Promise<StartSource<any>>>> = {
  display: async () => (await import('./capture/capture-source.ts')).startDisplay,
  window: async () => (await import('./capture/capture-source.ts')).startWindow,
  region: async () => (await import('./capture/capture-source.ts')).startRegion,
  'desktop-display': async () => (await import('./capture/desktop-display-source.ts')).startDesktopDisplay,
  camera: async () => (await import('./cameras/camera-source.ts')).startCamera,
  microphone: async () => (await import('./audio-devices/audio-device-source.ts')).startMicrophone,
  'screen-cast': async () => (await import('./screen-cast/screen-cast-source.ts')).startScreenCast,
  'system-sound': async () => (await import('./audio-devices/audio-device-source.ts')).startSystemAudio,
  'application-sound': async () => (await import('./audio-devices/audio-device-source.ts')).startApplicationAudio,
  image: () => drawn('image'),
  slideshow: () => drawn('slideshow'),
  text: () => drawn('text'),
  clock: () => drawn('clock'),
  timer: () => drawn('timer'),
  color: () => drawn('color'),
  gradient: () => drawn('gradient'),
  'test-pattern': () => drawn('test-pattern'),
  tone: () => drawn('tone'),
  'media': async () => (await import('./media/start-files.ts')).startMedia,
  'playlist': async () => (await import('./media/start-files.ts')).startPlaylist,
  'image-sequence': async () => (await import('./media/start-files.ts')).startImageSequence,
  'stream': async () => (await import('./media/start-live.ts')).startStream,
  'guest': async () => (await import('./media/start-live.ts')).startGuest,
  'v4l2-camera': async () => (await import('./media/start-live.ts')).startV4l2Camera,
  browser: async () => (await import('./browser/start-browser-source.ts')).startBrowser,
}

/**
 * Starts a source of any kind. Its settings, now and at each update, are completed and checked first: those that do not fit are
 * reported as the source's problem, and it keeps what it had. Commands that the kind does not take throw `studio.command_unknown`.
 * Never rejects: a kind that cannot run here is reported too.
 */
export async function startSource(kind: string, settings: unknown, context: SourceContext): Promise<RunningSource> {
  if (kind === leftOutKind) {
    context.report({ state: 'waiting', problem: 'Safe mode leaves this source out' })
    return { update() {}, stop() {} }
  }
  const description = findSourceKind(kind)
  const load = sourceStarters[kind]
  if (description === undefined || load === undefined) return noSource(context, `There are no sources of the kind ${kind}`)
  const read = readSettings(description.settings, settings)
  // One whose settings are broken starts with the defaults: there is something to update later.
  const first = 'settings' in read ? read.settings : (readSettings(description.settings, {}) as { settings: unknown }).settings
  let refused = 'problem' in read ? rejection(read.problem) : undefined
  let last: SourceReport = { state: refused === undefined ? 'starting' : 'failed' }
  const notify = (report: SourceReport): void => {
    last = report
    context.report(refused === undefined ? report : { ...report, problem: refused })
  }
  let source: RunningSource
  try {
    source = await startBuilt(load, first, { ...context, report: notify })
  } catch (error) {
    return noSource(context, `Sources of the kind ${kind} cannot run here: ${(error as Error).message}`)
  }
  if (refused !== undefined) notify({ state: 'failed' })
  return {
    ...(source.frameStore && { frameStore: source.frameStore }),
    ...(source.audioStore && { audioStore: source.audioStore }),
    update(given, reach) {
      const next = readSettings(description.settings, given)
      refused = 'problem' in next ? rejection(next.problem) : undefined
      if ('settings' in next) source.update(next.settings, reach)
      notify(last)
    },
    show: (shown) => source.show?.(shown),
    command(name, details) {
      if (source.command === undefined || !description.commands.includes(name)) {
        const known = description.commands.length === 0 ? 'takes no commands' : `takes ${description.commands.join(', ')}`
        throw new AppError('studio.command_unknown', `A source of the kind ${kind} ${known}, not ${name}`)
      }
      source.command(name, details)
    },
    stop: () => source.stop(),
  }
}

/** Starts a source; one whose native part is being built waits for it. */
async function startBuilt(load: () => Promise<StartSource<unknown>>, settings: unknown, context: SourceContext): Promise<RunningSource> {
  for (;;) {
    try {
      return (await load())(settings, context)
    } catch (error) {
      const addon = error instanceof AppError && error.code === 'studio.preparing' ? error.details?.addon : undefined
      if (typeof addon !== 'string' || !context.isWanted()) throw error
      context.report({ state: 'waiting', problem: (error as Error).message })
      await untilBuilt(addon, context.isWanted)
    }
  }
}

function rejection(problem: string): string {
  return `The settings do not fit: ${problem}`
}

function noSource(context: SourceContext, problem: string): RunningSource {
  context.report({ state: 'failed', problem })
  return { update() {}, stop() {} }
}
