import {
  newToken,
  PortalRejected,
  type PortalResults,
  portalName,
  portalPath,
  portalRequest,
  textOption,
} from '../../../platform/message-bus/desktop-portal.ts'
import { MessageBus, type RemoteObject } from '../../../platform/message-bus/message-bus.ts'
import type { DBusAddon } from '../../../platform/message-bus/native-bus.ts'
import type { WantedKey } from '../../control/program/hotkeys/messages.ts'
import { readChord } from '../../document/schemas/chords.ts'
import { shortcutTrigger } from './key-names.ts'
import type { KeyListener, KeySource } from './key-source.ts'

/** org.freedesktop.portal.GlobalShortcuts of XDG Desktop Portal: the desktop decides which keys a shortcut has, and may ask. */
export const shortcutsPortal: RemoteObject = {
  destination: portalName,
  path: portalPath,
  interface: 'org.freedesktop.portal.GlobalShortcuts',
}
/** Newer portals take from a program outside of a sandbox who it is; older ones read it from its systemd unit. */
const registry: RemoteObject = { destination: portalName, path: portalPath, interface: 'org.freedesktop.host.portal.Registry' }
/** Name of our desktop entry. */
const appId = 'ami-streams'

/** A person who edits keys is not asked after each: changes are joined for so long, ms. */
const settleMs = 1000
/** Between attempts after the bus or the portal was lost, ms. */
const retryMs = 5000

/** Keys of a Wayland desktop. A session's shortcuts are bound once: other keys are another session. */
export class PortalKeys implements KeySource {
  readonly #addon: DBusAddon
  readonly #listener: KeyListener
  #bus: MessageBus | undefined
  #keys: readonly WantedKey[] = []
  readonly #down = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  /** Counts sessions: what an earlier one reports does not count. */
  #turn = 0

  constructor(addon: DBusAddon, listener: KeyListener) {
    this.#addon = addon
    this.#listener = listener
  }

  set(keys: readonly WantedKey[]): void {
    const texts = (of: readonly WantedKey[]): string => JSON.stringify(of)
    if (this.#bus !== undefined && texts(keys) === texts(this.#keys)) return
    this.#keys = keys
    this.#bindIn(this.#bus === undefined ? 0 : settleMs)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#end()
  }

  #bindIn(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#bind(), delayMs)
  }

  /** A session ends with the connection that made it. */
  #end(): void {
    this.#turn++
    this.#bus?.close()
    this.#bus = undefined
    for (const id of this.#down) this.#listener.onKey(id, false)
    this.#down.clear()
  }

  async #bind(): Promise<void> {
    this.#end()
    const turn = this.#turn
    const mine = (): boolean => turn === this.#turn
    const bus = new MessageBus(this.#addon)
    this.#bus = bus
    const lost = (): void => {
      if (!mine()) return
      this.#end()
      for (const { id } of this.#keys) this.#listener.onState(id, 'starting')
      this.#listener.onDesktop(null, 'display-lost')
      this.#bindIn(retryMs)
    }
    try {
      await bus.name()
      bus.onLost(lost)
      await bus.onGone(portalName, lost)
      await bus.call(registry, 'Register', 'sa{sv}', [appId, {}]).catch(() => undefined)
      const created = await portalRequest(bus, shortcutsPortal, 'CreateSession', '', [], { session_handle_token: textOption(newToken()) })
      const session = String(created.session_handle)
      const of = (listener: (values: readonly unknown[]) => void) => (values: readonly unknown[]) => {
        if (mine() && values[0] === session) listener(values)
      }
      await bus.watch(
        shortcutsPortal,
        'Activated',
        of(([, id]) => this.#key(String(id), true)),
      )
      await bus.watch(
        shortcutsPortal,
        'Deactivated',
        of(([, id]) => this.#key(String(id), false)),
      )
      await bus.watch(
        shortcutsPortal,
        'ShortcutsChanged',
        of(([, shortcuts]) => this.#report(shortcuts)),
      )
      await bus.watch({ ...shortcutsPortal, path: session, interface: 'org.freedesktop.portal.Session' }, 'Closed', lost)
      const wanted = this.#keys.flatMap(({ id, chord, description }) => {
        const read = readChord(chord)
        const trigger = read && shortcutTrigger(read)
        if (trigger === undefined) this.#listener.onState(id, 'unknown-key')
        return trigger === undefined ? [] : [[id, { description: textOption(plain(description)), preferred_trigger: textOption(trigger) }]]
      })
      const bound = await portalRequest(bus, shortcutsPortal, 'BindShortcuts', 'oa(sa{sv})s', [session, wanted, ''], {})
      if (!mine()) return
      this.#listener.onDesktop('portal', null)
      this.#report(bound.shortcuts)
    } catch (error) {
      if (!mine()) return
      if (error instanceof PortalRejected && error.reason === 'dismissed') {
        // Who said no is not asked again before the keys change.
        for (const { id } of this.#keys) this.#listener.onState(id, 'unassigned')
        this.#listener.onDesktop('portal', 'dismissed')
      } else lost()
    }
  }

  #key(id: string, pressed: boolean): void {
    if (!this.#keys.some((key) => key.id === id)) return
    if (pressed === this.#down.has(id)) return
    if (pressed) this.#down.add(id)
    else this.#down.delete(id)
    this.#listener.onKey(id, pressed)
  }

  #report(shortcuts: unknown): void {
    const triggers = new Map<string, string>()
    for (const each of Array.isArray(shortcuts) ? (shortcuts as readonly [unknown, PortalResults][]) : []) {
      const { trigger_description: trigger } = each[1] ?? {}
      triggers.set(String(each[0]), typeof trigger === 'string' ? trigger.slice(0, 100) : '')
    }
    for (const { id, chord } of this.#keys) {
      const read = readChord(chord)
      if (read === undefined || shortcutTrigger(read) === undefined) continue
      const trigger = triggers.get(id)
      if (trigger === undefined || trigger === '') this.#listener.onState(id, 'unassigned')
      else this.#listener.onState(id, 'active', trigger)
    }
  }
}

/** A text that every bus takes. */
const plain = (text: string): string => text.toWellFormed().replace(/\p{Cc}/gu, ' ')
