import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import type { DesktopDisplays } from '../media/desktop-displays.ts'
import type { Retention } from '../media/files/retention.ts'
import { announcedAddresses, iceServersOf } from '../media/realtime/ice-servers.ts'
import { DataLinks } from '../media/realtime/links/data-links.ts'
import type { TurnOptions } from '../media/realtime/turn-credentials.ts'
import type { StreamCarrier } from '../media/stream-carrier.ts'
import type { AuditLog } from '../platform/audit.ts'
import { AppError } from '../platform/errors.ts'
import type { EventBus } from '../platform/events/events.ts'
import type { SecretBox } from '../platform/identity/secret-box.ts'
import type { SignInAttempts } from '../platform/identity/sign-in-attempts.ts'
import type { Logger } from '../platform/logger.ts'
import type { RouteDefinition } from '../platform/routes/routes.ts'
import type { SocketDefinition } from '../platform/routes/sockets.ts'
import { repeat } from '../platform/timing/repeat.ts'
import { createBroadcastStore } from './broadcast/broadcast-store.ts'
import { DisplayBroadcasts } from './broadcast/display-broadcasts.ts'
import type { DesktopConfig } from './desktop-config.ts'
import { askAtDisplay } from './displays/ask-at-display.ts'
import { screenId } from './displays/described-display.ts'
import { DisplayBook } from './displays/display-book.ts'
import type { RunningDisplay } from './displays/display-server.ts'
import { OwnSite } from './displays/display-site.ts'
import { createDisplayStore } from './displays/display-store.ts'
import { DisplaysForStudio } from './displays/displays-for-studio.ts'
import { GuestDisplays } from './displays/guest-displays.ts'
import { pipeWireServer } from './displays/pipewire/pipewire-server.ts'
import { ScreenPrivacy } from './displays/screen-privacy.ts'
import { createScreenPrivacyStore } from './displays/screen-privacy-store.ts'
import { swayServer } from './displays/sway/sway-server.ts'
import { xorgServer } from './displays/xorg/xorg-server.ts'
import { xvncServer } from './displays/xvnc/xvnc-server.ts'
import { type DisplayFiles, ownFiles } from './files/display-files.ts'
import { DisplayUploads } from './files/display-uploads.ts'
import { SharedFolder } from './files/shared-folder.ts'
import { DisplayImages } from './images/display-images.ts'
import { Printers } from './printing/printers.ts'
import { DisplayRecordings, type DisplayRecordingsDependencies } from './recording/display-recordings.ts'
import { createRecordingStore } from './recording/recording-store.ts'
import { Consents } from './rights/consents.ts'
import { DisplayLocks } from './rights/display-locks.ts'
import { createGrantStore } from './rights/grant-store.ts'
import { Grants, type HostUser } from './rights/grants.ts'
import { createInvitationStore } from './rights/invitation-store.ts'
import { Invitations } from './rights/invitations.ts'
import { noRights } from './rights/rights.ts'
import { SecondFactor } from './rights/second-factor.ts'
import { createSecondFactorStore } from './rights/second-factor-store.ts'
import { broadcastRoutes } from './routes/broadcast-routes.ts'
import { consentRoutes } from './routes/consent-routes.ts'
import { copiedFileRoutes } from './routes/copied-file-routes.ts'
import { displayRoutes } from './routes/display-routes.ts'
import { type FileRoutesPlace, fileRoutes, filesOfGuests, filesOfUsers } from './routes/file-routes.ts'
import { imageRoutes } from './routes/image-routes.ts'
import { invitationRoutes } from './routes/invitation-routes.ts'
import { behindLock, lockRoutes } from './routes/lock-routes.ts'
import { reachRoutes } from './routes/reach-routes.ts'
import { recordingRoutes } from './routes/recording-routes.ts'
import { rightsRoutes } from './routes/rights-routes.ts'
import { secondFactorRoutes } from './routes/second-factor-routes.ts'
import { sessionUserRoutes } from './routes/session-user-routes.ts'
import { streamRoutes } from './routes/stream-routes.ts'
import { startOwnWorker, startUserWorker } from './sessions/display-worker.ts'
import { sessionSockets } from './sessions/session-socket.ts'
import { Sessions } from './sessions/sessions.ts'
import { SessionUsers } from './users/session-users.ts'

/** Of an image that a process of another user made, bytes. */
const maxImageBytes = 8 * 1024 * 1024
/** Between looks whether a display that nobody looks at is to end, ms. */
const unwatchedEveryMs = 10_000

export { findRequirements } from './displays/requirements.ts'
export { desktopMigrations } from './migrations.ts'
export type { HostUser } from './rights/grants.ts'

export interface DesktopDependencies {
  /** The ICE servers and IP addresses are those of the live part. */
  readonly config: DesktopConfig & { readonly webrtcAddresses: string; readonly iceServers: string; readonly turn: TurnOptions }
  /** IP address that the host's ports are bound to. */
  readonly bind: string
  // biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
  readonly database: Kysely<any>
  readonly dataDir: string
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** Users who can sign in now: rights are granted to them. */
  readonly users: () => readonly HostUser[]
  readonly secrets: SecretBox
  /** Slows down guesses at links and codes. */
  readonly attempts: SignInAttempts
  /** The platform's write queue. */
  readonly writes: { enqueue(what: string, write: () => Promise<void>): void }
  /** How long recordings are kept, as it is now. */
  readonly retention: () => Retention
  readonly posterOf: DisplayRecordingsDependencies['posterOf']
  /** Opens a stream of this host to publish into. */
  readonly publish: StreamCarrier['publish']
  /** The host before this one ended unexpectedly, or for an update: recordings by hand go on. */
  readonly resumes: boolean
  /** What the host was started with: DISPLAY is a screen that can be shown. */
  readonly environment: NodeJS.ProcessEnv
}

/** This machine's screens, and displays made on demand, from a browser. */
export interface Desktop {
  readonly routes: readonly RouteDefinition[]
  readonly sockets: readonly SocketDefinition[]
  /** Its displays as sources of the studio. */
  readonly displays: DesktopDisplays
  /** Streams can be published into: what was sent live goes on. */
  goOn(): void
  /** `byPerson`: virtual displays end, too; else they run on, and the next host shows them. */
  stop(byPerson: boolean): Promise<void>
}

export async function createDesktop({
  config,
  bind,
  database,
  dataDir,
  events,
  audit,
  log,
  users,
  secrets,
  attempts,
  writes,
  retention,
  posterOf,
  publish,
  resumes,
  environment,
}: DesktopDependencies): Promise<Desktop> {
  const grants = await Grants.open({
    store: createGrantStore(database),
    users,
    audit,
    now: Date.now,
    onChange: (display) => rightsChanged(display),
  })
  const invitations = await Invitations.open({
    store: createInvitationStore(database),
    audit,
    now: Date.now,
    ownDisplayOf: (user) => book.ofGuest(user),
    onChange(display) {
      rightsChanged(display)
      removeEnded()
    },
  })
  const secondFactor = await SecondFactor.open({ store: createSecondFactorStore(database), secrets, audit, now: Date.now })
  const consents = new Consents({
    audit,
    now: Date.now,
    // The names of guests are whatever they say.
    askAtDisplay: async ({ display, name, rights }, signal) =>
      display === screenId
        ? askAtDisplay(
            await book.running(display, 'local'),
            `${name.replace(/\p{C}/gu, ' ')} wants to use this screen from a browser, and may: ${rights.join(', ')}. Is that all right?`,
            signal,
          )
        : undefined,
    onAsked: (consent) => events.publish('desktop.consent.asked', consent),
    onEnded: (id) => events.publish('desktop.consent.ended', { id }),
  })
  const rightsChanged = (display: string): void => {
    sessions.refreshRights()
    book.announce(display)
  }
  const locks = new DisplayLocks({ locksOnLeave: (id) => book.locksOnLeave(id), audit, onChange: rightsChanged })
  const sessionUsers = new SessionUsers({
    log,
    environment,
    isUsed: (user) => book.list().some((display) => display.user === user && display.state === 'running'),
    onPrinted(user, { display: id, name, path }) {
      const display = book.list().find((each) => each.id === id && each.user === user)
      if (display === undefined) return
      audit.record({ kind: 'command', message: `"${path}" was printed on display ${display.name}`, data: { display: id } })
      sessions.printed(id, { name, path })
    },
  })
  /** Null where it is the user that the host runs as, by whatever way they were named. */
  const otherUser = (user: string | null): string | null => (user === sessionUsers.own ? null : user)
  const sessions: Sessions = new Sessions({
    log,
    startWorker: (order) =>
      order.display.user === undefined ? startOwnWorker(order) : startUserWorker(order, sessionUsers.link(order.display.user)),
    audit,
    rightsOf: ({ principal }, display) => {
      if (locks.isLocked(display)) return noRights
      return principal.role === 'none' ? invitations.rightsOf(principal, display) : grants.rightsOf(principal, display)
    },
    onSize: (id, width, height) => book.resized(id, width, height),
    monitorsOf: (id) => book.monitorsOf(id),
    onMonitors: (id, monitors) => book.arranged(id, monitors),
    onSeat: (id, state) => {
      if (id === screenId) privacy.took(state)
    },
    isVirtual: (id) => book.isVirtual(id),
    demandSeveralMonitors: (id) => book.demandSeveralMonitors(id),
    onViewers(id) {
      book.announce(id)
      locks.controlled(id, sessions.canBeControlled(id))
    },
    onLost(id, code, taken) {
      if (code !== 'desktop.portal_denied' && code !== 'desktop.portal_ended') return
      broadcasts.withdraw(id)
      if (taken) audit.record({ kind: 'error', message: 'a recording or a live stream of a desktop ended', code, data: { display: id } })
    },
    recordingOf(id) {
      const { state, by, startedAt } = recordings.state(id)
      return state === 'off' ? null : { by, startedAt }
    },
    liveAs: (id) => broadcasts.liveAs(id),
    record: (id, on, actor) => (on ? recordings.record(id, actor) : recordings.end(id, actor)),
    onControl(id) {
      recordings.controlChanged(id)
      if (id === screenId) privacy.controlChanged(sessions.isControlled(id))
    },
  })
  const screen = screenOf(environment)
  const privacy: ScreenPrivacy = await ScreenPrivacy.open({
    store: createScreenPrivacyStore(database),
    audit,
    apply: (wishes) => sessions.setSeat(screenId, wishes),
    restore() {
      if (screen === undefined) return
      sessions.prepare(screenId, screen)
      sessions.setSeat(screenId, { blank: false, blockInput: false })
    },
    onProblem: (error) => log.warn({ err: error }, 'what is known of the screen of this machine could not be kept'),
    onChange: () => book.announce(screenId),
  })
  const { HOME: home = homedir() } = environment
  // Services of the system may have no home folder.
  const sharedIn = [join(home, 'Downloads'), join(dataDir, 'desktop-files')] as const
  const folderOf = (display: { readonly id: string; readonly name: string }): Promise<SharedFolder> =>
    SharedFolder.open(sharedIn[0], display).catch(() => SharedFolder.open(sharedIn[1], display))
  const printers = new Printers({
    folderOf: (id) => folderOf(book.describe(id)),
    foldersThere: async (id) => (await Promise.all(sharedIn.map((base) => SharedFolder.ifThere(base, id)))).flatMap((each) => each ?? []),
    nameOf: (id) => book.describe(id).name,
    onPrinted: (id, printed) => sessions.printed(id, printed),
    audit,
    log,
  })
  const displayFolder = join(dataDir, 'displays')
  const ownSite = new OwnSite({
    servers: { xvnc: xvncServer, xorg: xorgServer, wayland: swayServer },
    audio: pipeWireServer,
    printers,
    folder: displayFolder,
    log,
  })
  const book: DisplayBook = await DisplayBook.open({
    store: createDisplayStore(database),
    maxDisplays: config.maxDesktops,
    siteOf(user) {
      const other = otherUser(user)
      return other === null ? ownSite : sessionUsers.site(other)
    },
    folder: displayFolder,
    events,
    audit,
    log,
    ...(screen && { screen }),
    viewersOf: (id) => sessions.viewersOf(id),
    inShow: (id) => forStudio.isShown(id),
    isLocked: (id) => locks.isLocked(id),
    isRecorded: (id) => recordings.isRecorded(id),
    liveAs: (id) => broadcasts.liveAs(id),
    liveWhenStarted: (id) => broadcasts.keptAs(id),
    onStarted: (id) => broadcasts.displayStarted(id),
    privacy,
    arrange: (id, running, monitors) => sessions.arrange(id, running, monitors),
  })
  const forStudio: DisplaysForStudio = new DisplaysForStudio({ book, grants, secondFactor, events })
  const guestDisplays = new GuestDisplays({ book, invitations })
  const removeEnded = (): void =>
    void guestDisplays.removeEnded().catch((error: unknown) => log.warn({ err: error }, 'displays of guests could not be removed'))
  const unwatched = repeat(unwatchedEveryMs, () => {
    removeEnded()
    return book.endUnwatched(performance.now())
  })
  const marksChanged = (id: string): void => {
    sessions.marksChanged(id)
    book.announce(id)
  }
  const recordingStore = createRecordingStore(database, writes)
  const recordings = new DisplayRecordings({
    store: recordingStore,
    known: await recordingStore.all(),
    ruled: await recordingStore.rules(),
    folder: join(dataDir, 'desktop-recordings'),
    events,
    audit,
    log,
    retention,
    posterOf,
    nameOf: (id) => book.describe(id).name,
    async encode(id, audible, taker, actor) {
      const running = await book.running(id, actor)
      // The audio of the machine itself is nobody's here.
      return sessions.encode(id, running, { audio: audible && running.audio?.state === 'on', live: false }, taker)
    },
    isControlled: (id) => sessions.isControlled(id),
    onChange: marksChanged,
  })
  const broadcastStore = createBroadcastStore(database, writes)
  const broadcasts = new DisplayBroadcasts({
    publish,
    audit,
    log,
    store: broadcastStore,
    kept: await broadcastStore.all(),
    nameOf: (id) => book.describe(id).name,
    async encode(id, audible, taker, actor) {
      const running = await book.running(id, actor)
      const audio = audible && running.audio?.state === 'on'
      return { encoding: sessions.encode(id, running, { audio, live: true }, taker), audio }
    },
    onChange: marksChanged,
  })
  const goOn = async (): Promise<void> => {
    const cut = await recordings.start()
    if (!resumes) return
    const left = new Set(book.list().flatMap(({ id, state }) => (state === 'running' ? [id] : [])))
    for (const id of cut) if (left.has(id)) await recordings.record(id, { id: 'local', owns: true, hears: true })
  }
  goOn().catch((error: unknown) => log.warn({ err: error }, 'recordings of displays did not go on'))
  const stopForgetting = events.subscribe(({ topic, data }) => {
    if (topic !== 'desktop.removed') return
    const { id } = data as { readonly id: string }
    locks.remove(id)
    broadcasts.removeDisplay(id)
    const ended = sessions.end(id, 'the display was removed')
    Promise.all([ended, grants.removeDisplay(id), invitations.removeDisplay(id), recordings.removeDisplay(id)]).catch((error: unknown) =>
      log.warn({ err: error, display: id }, 'rights at a display could not be deleted'),
    )
  })
  const uploads = new DisplayUploads()
  const { desktopWebrtcPort: port } = config
  const addresses = announcedAddresses(config.webrtcAddresses)
  const links = port === 'off' ? undefined : new DataLinks({ bind, port, addresses, log })
  const iceServers = iceServersOf(config)
  const webrtc = links && { links, iceServers: iceServers.ofSession, log }
  const filesOf = (display: { readonly id: string; readonly name: string; readonly user: string | null }): DisplayFiles => {
    const other = otherUser(display.user)
    return other === null ? ownFiles(display, { uploads, folderOf }) : sessionUsers.files(other, display)
  }
  const filesAt = (place: FileRoutesPlace): readonly RouteDefinition[] => [
    ...fileRoutes(place, { filesOf, audit }),
    ...copiedFileRoutes(place, { sessions, filesOf, audit }),
  ]
  const images = new DisplayImages(log, async ({ user, ...running }, width, height) => {
    const { bytes } = await sessionUsers.link(user).askBytes('image', { running, width, height }, Type.Null())
    if (bytes.length === 0 || bytes.length > maxImageBytes) throw new AppError('desktop.no_image')
    return bytes
  })
  const stopping = new AbortController()
  const startedMarked = book.startMarked(stopping.signal)
  privacy.restoreLeft()
  void printers.removeLeftBehind(book.list().map(({ id }) => id))
  // Nobody is at those that the host before this one had.
  for (const { id } of book.list()) locks.lock(id)
  return {
    routes: [
      ...secondFactorRoutes(secondFactor, grants, attempts),
      ...lockRoutes({ book, grants, locks, secondFactor, attempts }),
      ...[
        ...displayRoutes(book, sessions, grants, locks),
        ...sessionUserRoutes(sessionUsers),
        ...consentRoutes(consents),
        ...reachRoutes(() => ({ bind, udpPort: port, addresses, iceServers: iceServers.ofSession() })),
        ...rightsRoutes({ book, grants, sessions, consents, audit }),
        ...imageRoutes(book, images, grants).map((route) => behindLock(route, locks)),
        ...streamRoutes(book, sessions),
        ...broadcastRoutes(broadcasts, locks),
        ...invitationRoutes({ book, grants, invitations, attempts }),
        ...filesAt(filesOfUsers(book, grants)).map((route) => behindLock(route, locks)),
        ...filesAt(filesOfGuests(book, sessions)),
        ...recordingRoutes({ recordings, grants, locks, audit }),
      ].map((route) => behindSecondFactor(route, secondFactor)),
    ],
    sockets: [...sessionSockets({ book, sessions, grants, invitations, guestDisplays, secondFactor, consents, locks, attempts, webrtc })],
    displays: forStudio,
    goOn() {
      const running = book.list().filter(({ state }) => state === 'running')
      broadcasts.goOn(new Set(running.map(({ id }) => id)))
    },
    async stop(byPerson) {
      stopping.abort()
      clearInterval(unwatched)
      locks.stop()
      stopForgetting()
      broadcasts.stop(byPerson)
      await recordings.stop()
      await startedMarked
      await Promise.all([sessions.stop(), images.stop(), uploads.stop(), printers.stop(), links?.stop()])
      if (byPerson) await book.endAll()
      sessionUsers.stop()
    },
  }
}

/** What users do at displays waits for their second factor; guests have none. */
function behindSecondFactor(route: RouteDefinition, secondFactor: SecondFactor): RouteDefinition {
  if (route.role === 'none') return route
  return {
    ...route,
    handler: (request) => {
      secondFactor.demand(request.principal)
      return route.handler(request)
    },
  }
}

/** The display that the host was started on, with the file of keys that X's own programs take there. */
function screenOf({ DISPLAY: server, XAUTHORITY: authority, HOME: home = homedir() }: NodeJS.ProcessEnv): RunningDisplay | undefined {
  return server ? { server, authority: authority || join(home, '.Xauthority'), pid: 0 } : undefined
}
