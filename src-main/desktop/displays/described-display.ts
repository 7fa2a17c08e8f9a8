import { rightNames } from '../rights/rights.ts'
import type { Display } from '../schemas/display.ts'
import type { RunningDisplay } from './display-server.ts'
import type { StoredDisplay } from './display-store.ts'
import type { MonitorPlace } from './monitors.ts'

/** Id of the display that the host itself was started on. */
export const screenId = 'screen'

/** What goes on at displays now. */
export interface DisplayActivity {
  /** Pages that show a display now. */
  readonly viewersOf: (id: string) => number
  /** The open show of the studio has it. */
  readonly inShow: (id: string) => boolean
  readonly isRecorded: (id: string) => boolean
  /** Name of the stream that it is sent live as; null: none. */
  readonly liveAs: (id: string) => string | null
  /** Name of the stream that it is sent live as when it starts again; null: none. */
  readonly liveWhenStarted: (id: string) => string | null
  readonly isLocked: (id: string) => boolean
}

/** Somebody looks at it, or something is made of it. */
export function isWatched(id: string, { viewersOf, inShow, isRecorded, liveAs }: DisplayActivity): boolean {
  return viewersOf(id) > 0 || inShow(id) || isRecorded(id) || liveAs(id) !== null
}

/** A virtual or attached display as admins see it. */
export function describeDisplay(
  {
    id,
    name,
    protocol,
    xServer,
    width,
    height,
    scale,
    monitors,
    command,
    endAfterMinutes,
    locksOnLeave,
    startsWithHost,
    user,
    attached,
    guest,
    running,
    createdAt,
  }: StoredDisplay,
  activity: DisplayActivity,
): Display {
  return {
    id,
    name,
    kind: attached === null ? 'virtual' : 'portal' in attached ? 'portal' : 'attached',
    protocol,
    xServer: attached === null && protocol === 'x11' ? xServer : null,
    user,
    width,
    height,
    scale: protocol === 'wayland' && attached === null ? scale : null,
    monitors: monitors.length > 1 ? [...monitors] : [{ x: 0, y: 0, width, height }],
    state: running === null ? 'stopped' : 'running',
    command: command === null ? null : [...command],
    server: running === null || running.protocol === 'portal' ? null : running.server,
    audio: running?.audio?.state ?? null,
    endAfterMinutes,
    locksOnLeave,
    startsWithHost,
    locked: activity.isLocked(id),
    forGuest: guest !== null,
    viewers: activity.viewersOf(id),
    inShow: activity.inShow(id),
    recorded: activity.isRecorded(id),
    live: activity.liveAs(id) ?? (running === null ? activity.liveWhenStarted(id) : null),
    privacy: null,
    rights: [...rightNames],
    createdAt,
  }
}

/** The screen of this machine, with its size and monitors as they were reported last. */
export interface ScreenState {
  readonly width: number
  readonly height: number
  readonly monitors: readonly MonitorPlace[]
  readonly privacy: Display['privacy']
}

/** The screen of this machine as admins see it. */
export function describeScreen({ server }: RunningDisplay, screen: ScreenState, activity: DisplayActivity): Display {
  return {
    id: screenId,
    name: 'Screen of this machine',
    kind: 'screen',
    protocol: 'x11',
    xServer: null,
    user: null,
    width: screen.width,
    height: screen.height,
    scale: null,
    monitors: [...screen.monitors],
    state: 'running',
    command: null,
    server,
    audio: 'on',
    endAfterMinutes: null,
    locksOnLeave: false,
    startsWithHost: false,
    locked: false,
    forGuest: false,
    viewers: activity.viewersOf(screenId),
    inShow: false,
    recorded: activity.isRecorded(screenId),
    live: activity.liveAs(screenId),
    privacy: screen.privacy,
    rights: [...rightNames],
    createdAt: new Date(0).toISOString(),
  }
}
