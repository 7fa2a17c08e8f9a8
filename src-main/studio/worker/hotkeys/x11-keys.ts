import type { WantedKey } from '../../control/program/hotkeys/messages.ts'
import { readChord } from '../../document/schemas/chords.ts'
import { desktopKey } from './key-names.ts'
import type { KeyListener, KeySource } from './key-source.ts'

/** What of the addon native/x11 takes keys from an X server. */
export interface HotkeysAddon {
  /** `server` empty: that of DISPLAY. Nothing is reported after `close`. */
  readonly Hotkeys: new (
    server: string,
    listener: (event: HotkeyEvent) => void,
  ) => NativeHotkeys
}

interface NativeHotkeys {
  set(keys: readonly NativeKey[]): void
  close(): void
}

interface NativeKey {
  readonly id: string
  readonly ctrl: boolean
  readonly alt: boolean
  readonly shift: boolean
  readonly meta: boolean
  readonly keysym: number
  readonly keycode: number
}

type HotkeyEvent =
  | { readonly kind: 'connected'; readonly xwayland: boolean }
  | { readonly kind: 'state'; readonly id: string; readonly state: 'active' | 'taken' | 'no-key' }
  | { readonly kind: 'pressed' | 'released'; readonly id: string }
  /** The last one. */
  | { readonly kind: 'lost'; readonly why: string }

/** Between attempts to reach the server, ms: looking for its socket costs nothing. */
const retryMs = 2000
/** One that rejects us writes that down each time. */
const rejectedRetryMs = 30_000

/** Keys of the X server of this session, over its restarts. */
export class X11Keys implements KeySource {
  readonly #addon: HotkeysAddon
  readonly #listener: KeyListener
  #native: NativeHotkeys | undefined
  #keys: readonly WantedKey[] = []
  readonly #down = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(addon: HotkeysAddon, listener: KeyListener) {
    this.#addon = addon
    this.#listener = listener
    this.#connect()
  }

  set(keys: readonly WantedKey[]): void {
    this.#keys = keys
    this.#grab()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#native?.close()
    this.#native = undefined
  }

  #connect(): void {
    const native = new this.#addon.Hotkeys('', (event) => {
      if (this.#native === native) this.#take(event)
    })
    this.#native = native
    this.#grab()
  }

  #grab(): void {
    const known = this.#keys.flatMap(({ id, chord }): readonly NativeKey[] => {
      const read = readChord(chord)
      const key = read && desktopKey(read.key)
      if (read === undefined || key === undefined) {
        this.#listener.onState(id, 'unknown-key')
        return []
      }
      const { ctrl, alt, shift, meta } = read
      return [{ id, ctrl, alt, shift, meta, keysym: key.keysym, keycode: key.keycode }]
    })
    this.#native?.set(known)
  }

  #take(event: HotkeyEvent): void {
    switch (event.kind) {
      case 'connected':
        this.#listener.onDesktop('x11', event.xwayland ? 'only-x11' : null)
        break
      case 'state':
        this.#listener.onState(event.id, event.state === 'no-key' ? 'unknown-key' : event.state)
        break
      case 'pressed':
        this.#down.add(event.id)
        this.#listener.onKey(event.id, true)
        break
      case 'released':
        if (this.#down.delete(event.id)) this.#listener.onKey(event.id, false)
        break
      case 'lost':
        this.#lost(event.why)
        break
    }
  }

  #lost(why: string): void {
    this.#native?.close()
    this.#native = undefined
    // Nobody says any more that they were released.
    for (const id of this.#down) this.#listener.onKey(id, false)
    this.#down.clear()
    for (const { id } of this.#keys) this.#listener.onState(id, 'starting')
    const problem = why === 'server-lost' ? 'display-lost' : why === 'refused' ? 'rejected' : 'no-display'
    this.#listener.onDesktop(null, problem)
    this.#timer = setTimeout(() => this.#connect(), problem === 'rejected' ? rejectedRetryMs : retryMs)
  }
}
