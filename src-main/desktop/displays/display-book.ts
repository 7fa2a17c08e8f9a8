import { randomUUID } from 'node:crypto'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events/events.ts'
import { Turns } from '../../platform/timing/turns.ts'
import type { Attached, Display, DisplayChanges, NewDisplay } from '../schemas/display.ts'
import { demandAttachable, forAdmins } from './attached-server.ts'
import { type DisplayActivity, describeDisplay, describeScreen, isWatched, screenId } from './described-display.ts'
import type { RunningDisplay } from './display-server.ts'
import { DisplayServers, type DisplayServersDependencies } from './display-servers.ts'
import type { DisplayGuest, DisplayStore, StoredDisplay } from './display-store.ts'
import { removeLeftBehind } from './left-behind.ts'
import { type MonitorPlace, placed, sizeAround } from './monitors.ts'
import { lightDesktop } from './programs.ts'
import type { ScreenPrivacy } from './screen-privacy.ts'
import { isSameServer } from './server-socket.ts'
import { UnwatchedDisplays } from './unwatched-displays.ts'

/** Changes that wait for the one before them: a person makes a handful. */
const maxWaiting = 100
const usualSize = { width: 1280, height: 720 } as const

export interface DisplayBookDependencies extends DisplayServersDependencies, DisplayActivity {
  readonly store: DisplayStore
  /** Displays at a time, besides the screen of the machine. */
  readonly maxDisplays: number
  readonly events: EventBus
  readonly audit: AuditLog
  /** The environment's DISPLAY and XAUTHORITY, where the host was started on a screen. */
  readonly screen?: RunningDisplay
  /** It runs, and did not before. */
  readonly onStarted: (id: string) => void
  /** What becomes of the screen of the machine while somebody controls it. */
  readonly privacy: Pick<ScreenPrivacy, 'shown' | 'change'>
}

const withoutScale = (): AppError =>
  new AppError('desktop.x11_limit', 'Programs of X11 choose by themselves how large they draw: "scale" is for displays of Wayland')

/** The one owner of the displays there are: who wants to change one waits until the change before it is done. */
export class DisplayBook {
  readonly #dependencies: DisplayBookDependencies
  readonly #servers: DisplayServers
  readonly #byId = new Map<string, StoredDisplay>()
  readonly #turns = new Turns(maxWaiting, 'changes of displays', 'desktop.busy')
  readonly #unwatched = new UnwatchedDisplays()
  /** Sizes that wait to be saved, by the id of the display: the newest of each. */
  readonly #sizes = new Map<string, { readonly width: number; readonly height: number }>()
  #screenSize = { width: 0, height: 0 }
  #screenMonitors: readonly MonitorPlace[] = []

  private constructor(dependencies: DisplayBookDependencies) {
    this.#dependencies = dependencies
    this.#servers = new DisplayServers(dependencies)
  }

  /** With the displays that are kept; those of the host before this one that still run go on. */
  static async open(dependencies: DisplayBookDependencies): Promise<DisplayBook> {
    const book = new DisplayBook(dependencies)
    for (const stored of await dependencies.store.all()) {
      const isOurs = stored.attached !== null && book.#isOurs(stored.attached)
      const running = isOurs ? undefined : await book.#servers.check(stored)
      book.#byId.set(stored.id, { ...stored, running: running ?? null })
    }
    const { folder, log } = dependencies
    await removeLeftBehind(folder, new Set(book.#byId.keys())).catch((error: unknown) => {
      log.warn({ err: error, folder }, 'what is left of displays could not be removed')
    })
    return book
  }

  /** As admins see them. */
  list(): readonly Display[] {
    const { screen } = this.#dependencies
    return [
      ...(screen === undefined ? [] : [this.#describeScreen(screen)]),
      ...[...this.#byId.values()].map((stored) => this.#describe(stored)),
    ]
  }

  /** As admins see it. Throws `desktop.display_not_found`. */
  describe(id: string): Display {
    const { screen } = this.#dependencies
    return id === screenId && screen !== undefined ? this.#describeScreen(screen) : this.#describe(this.#stored(id))
  }

  /** The display that was made for a guest. */
  ofGuest(user: string): string | undefined {
    return this.#ofGuests().find(({ guest }) => guest?.user === user)?.id
  }

  /** Invitations that displays were made for guests of. */
  guestInvitations(): ReadonlySet<string> {
    return new Set(this.#ofGuests().flatMap(({ guest }) => guest?.invitation ?? []))
  }

  /** The display of a guest, which is made where they have no display yet. Throws as `add` does, also where guests of their link have `max`. */
  async openForGuest(guest: DisplayGuest, max: number, wanted: NewDisplay): Promise<string> {
    return this.#turns.next(async () => {
      const known = this.ofGuest(guest.user)
      if (known !== undefined) return known
      if (this.#ofGuests().filter((each) => each.guest?.invitation === guest.invitation).length >= max) {
        throw new AppError('desktop.limit', `There are ${max} displays for guests of this invitation, the maximum`, {
          details: { limit: max },
        })
      }
      return (await this.#add(wanted, guest.user, guest)).id
    })
  }

  /** Removes the displays of guests of an invitation that has ended. */
  removeOfInvitation(invitation: string): Promise<void> {
    return this.#turns.behind(async () => {
      for (const stored of this.#ofGuests().filter(({ guest }) => guest?.invitation === invitation)) {
        await this.#remove(stored, `Display ${stored.name} was removed: the invitation of its guest has ended`)
      }
    })
  }

  add(wanted: NewDisplay, actor: string): Promise<Display> {
    demandAttachable(wanted)
    return this.#turns
      .next(() => this.#add(wanted, actor, null))
      .catch((error: unknown) => {
        throw forAdmins(error)
      })
  }

  async #add(
    {
      name,
      width = usualSize.width,
      height = usualSize.height,
      scale = 1,
      attach,
      protocol = attach !== undefined && 'portal' in attach ? 'wayland' : 'x11',
      xServer,
      command = attach === undefined ? lightDesktop(protocol) : null,
      endAfterMinutes = null,
      locksOnLeave = false,
      startsWithHost = false,
      user = null,
    }: NewDisplay,
    actor: string,
    guest: DisplayGuest | null,
  ): Promise<Display> {
    const { maxDisplays } = this.#dependencies
    if (this.#byId.size >= maxDisplays) {
      throw new AppError('desktop.limit', `There are ${maxDisplays} displays, the maximum`, { details: { limit: maxDisplays } })
    }
    if (xServer !== undefined && protocol === 'wayland') {
      throw new AppError('desktop.wayland_limit', `"xServer" is not for a display of Wayland`)
    }
    if (attach !== undefined) this.#demandOther(attach)
    if (attach !== undefined && 'portal' in attach && [...this.#byId.keys()].some((each) => this.isOfPerson(each))) {
      throw new AppError('desktop.shown_already')
    }
    if (scale !== 1 && protocol !== 'wayland') throw withoutScale()
    const id = randomUUID()
    const added: StoredDisplay = {
      id,
      name: name ?? this.#freeName(),
      protocol,
      xServer: xServer ?? 'xvnc',
      width,
      height,
      scale,
      command,
      endAfterMinutes,
      locksOnLeave,
      startsWithHost,
      user,
      attached: attach ?? null,
      guest,
      monitors: [],
      running: null,
      createdAt: new Date().toISOString(),
    }
    const running = await this.#servers.start(added, true)
    return this.#keep({ ...added, running }, `Display ${added.name} was created`, actor)
  }

  async change(id: string, changes: DisplayChanges, actor: string): Promise<Display> {
    return this.#turns.next(async () => {
      if (id === screenId && this.#dependencies.screen !== undefined) return this.#changeScreen(changes, actor)
      const stored = this.#stored(id)
      const { monitors, privacy, ...others } = changes
      if (privacy !== undefined) throw new AppError('desktop.not_screen', `${stored.name} is no screen that somebody sits at`)
      const [unfit] = stored.attached === null ? [] : Object.keys(changes).filter((key) => key !== 'name' && key !== 'locksOnLeave')
      if (unfit !== undefined) throw new AppError('desktop.attached', `"${unfit}" is not for a display that other programs made`)
      if (changes.scale !== undefined && stored.protocol !== 'wayland') throw withoutScale()
      const places = monitors && placed(monitors)
      if (places && places.length > 1) this.demandSeveralMonitors(id)
      const arranged = places && { monitors: places.length > 1 ? places : [], ...sizeAround(places) }
      const next = { ...stored, ...others, ...arranged }
      if (next.scale !== stored.scale) await this.#servers.scale(next)
      const changed = await this.#keep(next, `Display ${stored.name} was changed`, actor)
      if (places && stored.running !== null) this.#dependencies.arrange(id, stored.running, places)
      return changed
    })
  }

  /** Ends those that nobody has looked at for as long as their owners said; what is kept of them starts them again. */
  async endUnwatched(nowMs: number): Promise<void> {
    for (const id of this.#unwatched.due(this.list(), nowMs)) {
      await this.#turns.behind(async () => {
        const stored = this.#byId.get(id)
        if (stored === undefined || isWatched(id, this.#dependencies)) return
        if (stored.guest !== null) {
          await this.#remove(stored, `Display ${stored.name} was removed: its guest was away for ${stored.endAfterMinutes} min`)
          return
        }
        if (stored.running === null) return
        await this.#servers.end(stored)
        const message = `Display ${stored.name} was ended: nobody looked at it for ${stored.endAfterMinutes} min`
        await this.#keep({ ...stored, running: null }, message)
      })
    }
  }

  /** The display with its server; it is started where it is stopped. Throws as `add` does. */
  async running(id: string, actor: string): Promise<RunningDisplay> {
    return this.#turns.next(async () => {
      const { screen } = this.#dependencies
      if (id === screenId && screen !== undefined) return screen
      const stored = this.#stored(id)
      // A display of ours may have got the number of one that has ended.
      if (stored.attached !== null) this.#demandOther(stored.attached)
      const goesOn = await this.#servers.check(stored)
      if (goesOn !== undefined) {
        if (goesOn !== stored.running && goesOn.audio?.state !== 'missing') await this.#keep({ ...stored, running: goesOn })
        return goesOn
      }
      await this.#servers.end(stored)
      const running = await this.#servers.start(stored, false)
      await this.#keep({ ...stored, running }, `Display ${stored.name} was started`, actor)
      this.#dependencies.onStarted(id)
      return running
    })
  }

  /** Starts those that start with the host, one after the other; one that cannot be started does not keep the others from it. */
  async startMarked(stopping: AbortSignal): Promise<void> {
    const { audit, log } = this.#dependencies
    for (const { id, name, startsWithHost, running } of [...this.#byId.values()]) {
      if (stopping.aborted) return
      if (!startsWithHost || running !== null) continue
      try {
        await this.running(id, 'host')
      } catch (error) {
        log.warn({ err: error, display: id }, 'a display did not start with the host')
        const reason = error instanceof Error ? error.message : String(error)
        audit.record({
          kind: 'command',
          message: `Display ${name} did not start with the host: ${reason}`,
          actor: 'host',
          data: { display: id },
        })
      }
    }
  }

  /** The display where it runs; it is not started. Throws `desktop.display_not_found`. */
  ifRunning(id: string): RunningDisplay | undefined {
    const { screen } = this.#dependencies
    return id === screenId && screen !== undefined ? screen : (this.#stored(id).running ?? undefined)
  }

  /** Starts a program on it. */
  async start(id: string, command: readonly string[], actor: string): Promise<void> {
    if (this.isOfPerson(id)) throw new AppError('desktop.attached', 'Programs are not started on the desktop of the person at the machine')
    const running = await this.running(id, actor)
    const stored = this.#byId.get(id)
    // On the screen of the machine, and on displays of other programs, as the user that the host runs as.
    await this.#dependencies.siteOf(stored?.user ?? null).program({ id, name: this.describe(id).name }, running, command)
    this.#dependencies.audit.record({
      kind: 'command',
      message: `${command[0]} was started on display ${this.describe(id).name}`,
      actor,
      data: { display: id },
    })
  }

  /** It is locked when the last who may control it has left; false for one that there is not. */
  locksOnLeave(id: string): boolean {
    return this.#byId.get(id)?.locksOnLeave === true
  }

  /** What programs and viewers made of its size. */
  resized(id: string, width: number, height: number): void {
    if (id === screenId) {
      this.#screenSize = { width, height }
      return
    }
    const waits = this.#sizes.has(id)
    this.#sizes.set(id, { width, height })
    if (waits) return
    this.#turns
      .behind(() => this.#keepSize(id))
      .catch((error: unknown) => this.#dependencies.log.warn({ err: error, display: id }, 'the size of a display could not be kept'))
  }

  /** It can have any size and any monitors: it is made here. */
  isVirtual(id: string): boolean {
    return this.#byId.get(id)?.attached === null
  }

  /** Throws `desktop.not_ours`, `desktop.attached` or `desktop.wayland_limit` where it cannot be split into monitors. */
  demandSeveralMonitors(id: string): void {
    if (id === screenId && this.#dependencies.screen !== undefined) {
      throw new AppError('desktop.not_ours', 'The monitors of the screen of this machine are not changed from here')
    }
    const { name, attached, protocol } = this.#stored(id)
    if (attached !== null) throw new AppError('desktop.attached', `${name} was made by other programs, which give it its monitors`)
    if (protocol === 'wayland') throw new AppError('desktop.wayland_limit', `${name} is a Wayland display, which has one monitor`)
  }

  /** It is the desktop that is logged in at this machine: somebody may sit there. */
  isOfPerson(id: string): boolean {
    const attached = this.#byId.get(id)?.attached
    return attached !== null && attached !== undefined && 'portal' in attached
  }

  /** How a display that runs is to be split; empty where all of it is one. */
  monitorsOf(id: string): readonly MonitorPlace[] {
    return this.#byId.get(id)?.monitors ?? []
  }

  /** What programs and viewers made of its monitors. */
  arranged(id: string, monitors: readonly MonitorPlace[]): void {
    if (id === screenId) {
      this.#screenMonitors = monitors
      return
    }
    const several = monitors.length > 1 ? monitors : []
    this.#turns
      .behind(async () => {
        const stored = this.#byId.get(id)
        if (stored === undefined || JSON.stringify(stored.monitors) === JSON.stringify(several)) return
        await this.#keep({ ...stored, monitors: several })
      })
      .catch((error: unknown) => this.#dependencies.log.warn({ err: error, display: id }, 'the monitors of a display could not be kept'))
  }

  /** Its viewers changed. */
  announce(id: string): void {
    if (id === screenId || this.#byId.has(id)) this.#dependencies.events.publish('desktop.updated', this.describe(id))
  }

  /** Ends its programs and deletes what is kept of it. */
  async remove(id: string, actor: string): Promise<void> {
    return this.#turns.next(async () => {
      if (id === screenId && this.#dependencies.screen !== undefined) {
        throw new AppError('desktop.not_ours', 'The screen of this machine is not ended from here')
      }
      const stored = this.#stored(id)
      await this.#remove(stored, `Display ${stored.name} was removed`, actor)
    })
  }

  /** Ends every virtual display; what is kept of them starts them again. */
  endAll(): Promise<void> {
    return this.#turns.behind(async () => {
      for (const stored of this.#byId.values()) {
        await this.#servers.end(stored)
        await this.#dependencies.store.save({ ...stored, running: null })
      }
    })
  }

  async #changeScreen({ privacy, ...others }: DisplayChanges, actor: string): Promise<Display> {
    const [name] = Object.keys(others)
    if (name !== undefined) throw new AppError('desktop.not_ours', `"${name}" of the screen of this machine is not changed from here`)
    if (privacy !== undefined) await this.#dependencies.privacy.change(privacy, actor)
    return this.describe(screenId)
  }

  async #remove(stored: StoredDisplay, message: string, actor?: string): Promise<void> {
    const { id } = stored
    const { store, audit, events } = this.#dependencies
    await this.#servers.end(stored)
    await store.remove(id)
    this.#byId.delete(id)
    await this.#servers.removeFolder(stored)
    audit.record({ kind: 'command', message, ...(actor !== undefined && { actor }), data: { display: id } })
    events.publish('desktop.removed', { id })
  }

  #ofGuests(): StoredDisplay[] {
    return [...this.#byId.values()].filter(({ guest }) => guest !== null)
  }

  /** The screen and the displays made here are opened as themselves, with their consent, locks and privacy. Throws `desktop.shown_already`. */
  #demandOther(attached: Attached): void {
    if (this.#isOurs(attached)) throw new AppError('desktop.shown_already')
  }

  /** It is the server of the screen, or of a display made here. */
  #isOurs(attached: Attached): boolean {
    if ('portal' in attached) return false
    const { screen } = this.#dependencies
    const made = [...this.#byId.values()].flatMap(({ attached, running }) => (attached === null && running !== null ? [running] : []))
    return [...(screen === undefined ? [] : [screen]), ...made].some(
      (each) => isSameServer(each.server, attached.server) || (each.xServer !== undefined && isSameServer(each.xServer, attached.server)),
    )
  }

  async #keepSize(id: string): Promise<void> {
    const stored = this.#byId.get(id)
    const size = this.#sizes.get(id)
    this.#sizes.delete(id)
    if (stored === undefined || size === undefined || (stored.width === size.width && stored.height === size.height)) return
    await this.#keep({ ...stored, ...size })
  }

  async #keep(stored: StoredDisplay, message?: string, actor?: string): Promise<Display> {
    const { store, events, audit } = this.#dependencies
    await store.save(stored)
    this.#byId.set(stored.id, stored)
    if (message !== undefined)
      audit.record({ kind: 'command', message, ...(actor !== undefined && { actor }), data: { display: stored.id } })
    const described = this.#describe(stored)
    events.publish('desktop.updated', described)
    return described
  }

  #freeName(): string {
    const taken = new Set([...this.#byId.values()].map(({ name }) => name))
    for (let number = 1; ; number++) if (!taken.has(`Desktop ${number}`)) return `Desktop ${number}`
  }

  #stored(id: string): StoredDisplay {
    const stored = this.#byId.get(id)
    if (stored === undefined) throw new AppError('desktop.display_not_found', `There is no display "${id}"`)
    return stored
  }

  #describe(stored: StoredDisplay): Display {
    return describeDisplay(stored, this.#dependencies)
  }

  #describeScreen(screen: RunningDisplay): Display {
    const state = { ...this.#screenSize, monitors: this.#screenMonitors, privacy: this.#dependencies.privacy.shown }
    return describeScreen(screen, state, this.#dependencies)
  }
}
