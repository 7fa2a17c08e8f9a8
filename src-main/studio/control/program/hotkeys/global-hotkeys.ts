import type { EventBus } from '../../../../platform/events/events.ts'
import type { Logger } from '../../../../platform/logger.ts'
import type { SupervisedWorker } from '../../../../platform/workers/supervise-worker.ts'
import type { Macro } from '../../../document/collection.ts'
import { chordId, isTyped, readChord } from '../../../document/schemas/chords.ts'
import type { GlobalHotkeysSetting } from '../../../studio-dependencies.ts'
import type { FromHotkeys, GrabState, HotkeyProblem, KeysThrough, ToHotkeys, WantedKey } from './messages.ts'

/** `off`: the setting. `typed`: it would take a key from people who write, which the setting `all` allows. */
export type HotkeyState = GrabState | 'off' | 'typed' | 'no-display' | 'unsupported'

export interface HotkeyReport {
  /** As a macro has it. */
  readonly chord: string
  /** Ids of its macros. */
  readonly macros: readonly string[]
  /** People press it while they write: where it works in every window, no other program gets it. */
  readonly typed: boolean
  readonly state: HotkeyState
  /** Keys that the desktop has given it, in its own words; null where it says nothing. */
  readonly trigger: string | null
}

export interface HotkeysReport {
  readonly setting: GlobalHotkeysSetting
  readonly through: KeysThrough | null
  readonly problem: HotkeyProblem | null
  readonly items: readonly HotkeyReport[]
}

export interface GlobalHotkeysDependencies {
  readonly events: Pick<EventBus, 'publish' | 'subscribe'>
  readonly log: Pick<Logger, 'warn'>
  readonly setting: () => GlobalHotkeysSetting
  /** Macros of the open collection; undefined where none is open. */
  readonly macros: () => readonly Macro[] | undefined
  /** `chord` as a macro has it. */
  readonly press: (chord: string, released: boolean) => Promise<unknown>
  /** Starts the process that takes keys from the desktop. */
  readonly startWorker: (handlers: {
    readonly onReady: () => void
    readonly onMessage: (message: FromHotkeys) => void
    readonly onExit: () => void
  }) => SupervisedWorker<ToHotkeys>
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Hotkeys at once: more than any keyboard has. */
const maxKeys = 512

interface Held {
  readonly state: GrabState
  readonly trigger: string | null
}

/** Hotkeys of the open collection that work while another window has the focus. Its process runs while there are any. */
export class GlobalHotkeys {
  readonly #dependencies: GlobalHotkeysDependencies
  readonly #leave: () => void
  #worker: SupervisedWorker<ToHotkeys> | undefined
  #macros: readonly Macro[] | undefined
  #setting: GlobalHotkeysSetting | undefined
  /** What is asked of the desktop, by id. */
  #wanted = new Map<string, WantedKey>()
  readonly #states = new Map<string, Held>()
  readonly #down = new Set<string>()
  #through: KeysThrough | null = null
  #problem: HotkeyProblem | null = null
  #reported = ''
  #stopped = false

  constructor(dependencies: GlobalHotkeysDependencies) {
    this.#dependencies = dependencies
    this.#leave = dependencies.events.subscribe(({ topic }) => {
      if (
        [
          'studio.changed',
          'studio.opened',
          'studio.closed',
          'settings.updated',
          'automation.rule.updated',
          'automation.rule.removed',
        ].includes(topic)
      )
        this.#follow()
    })
  }

  report(): HotkeysReport {
    const { setting, macros } = this.#dependencies
    const byId = new Map<string, HotkeyReport & { readonly macros: string[] }>()
    for (const macro of macros() ?? []) {
      for (const chord of macro.hotkeys) {
        const id = chordId(chord)
        const known = byId.get(id)
        if (known !== undefined) known.macros.push(macro.id)
        else if (byId.size < maxKeys) byId.set(id, { chord, macros: [macro.id], typed: isTypedText(chord), ...this.#stateOf(chord) })
      }
    }
    return { setting: setting(), through: this.#through, problem: this.#problem, items: [...byId.values()] }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#leave()
    await this.#end()
  }

  #stateOf(chord: string): Pick<HotkeyReport, 'state' | 'trigger'> {
    const barred = this.#barred(chord)
    if (barred !== undefined) return { state: barred, trigger: null }
    return this.#states.get(chordId(chord)) ?? { state: 'starting', trigger: null }
  }

  /** Why the desktop is not asked for it. */
  #barred(chord: string): HotkeyState | undefined {
    const { setting, platform } = this.#dependencies
    if (platform !== 'linux') return 'unsupported'
    if (setting() === 'off') return 'off'
    if (!this.#hasDisplay) return 'no-display'
    if (readChord(chord) === undefined) return 'unknown-key'
    return setting() === 'safe' && isTypedText(chord) ? 'typed' : undefined
  }

  get #hasDisplay(): boolean {
    const { DISPLAY, WAYLAND_DISPLAY } = this.#dependencies.environment
    return Boolean(DISPLAY || WAYLAND_DISPLAY)
  }

  #follow(): void {
    if (this.#stopped) return
    const { macros, setting } = this.#dependencies
    const [now, chosen] = [macros(), setting()]
    if (now === this.#macros && chosen === this.#setting) return
    this.#macros = now
    this.#setting = chosen
    this.#wanted = this.#choose()
    for (const id of this.#states.keys()) if (!this.#wanted.has(id)) this.#states.delete(id)
    for (const id of [...this.#down]) if (!this.#wanted.has(id)) this.#key(id, false)
    if (this.#wanted.size === 0) void this.#end()
    else if (this.#worker === undefined) this.#start()
    else this.#send()
    this.#publish()
  }

  /** What the desktop is asked for. */
  #choose(): Map<string, WantedKey> {
    const wanted = new Map<string, WantedKey>()
    for (const { chord } of this.report().items) {
      if (this.#barred(chord) !== undefined) continue
      const id = chordId(chord)
      const names = (this.#macros ?? []).filter(({ hotkeys }) => hotkeys.some((each) => chordId(each) === id)).map(({ name }) => name)
      wanted.set(id, { id, chord, description: names.join(', ').slice(0, 200) })
    }
    return wanted
  }

  #start(): void {
    const worker = this.#dependencies.startWorker({
      onReady: () => this.#send(),
      onMessage: (message) => {
        if (this.#worker === worker) this.#take(message)
      },
      onExit: () => {
        if (this.#worker === worker) this.#lose()
      },
    })
    this.#worker = worker
  }

  #send(): void {
    this.#worker?.send({ kind: 'keys', keys: [...this.#wanted.values()] })
  }

  async #end(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    this.#lose()
    this.#problem = null
    await worker?.stop()
  }

  /** Nothing is known of the keys any more: those that are pressed count as released. */
  #lose(): void {
    for (const id of [...this.#down]) this.#key(id, false)
    this.#states.clear()
    this.#through = null
    this.#publish()
  }

  #take(message: FromHotkeys): void {
    switch (message.kind) {
      case 'desktop':
        this.#through = message.through
        this.#problem = message.problem
        break
      case 'state':
        if (this.#wanted.has(message.id)) this.#states.set(message.id, { state: message.state, trigger: message.trigger })
        break
      case 'key':
        if (this.#wanted.has(message.id)) this.#key(message.id, message.pressed)
        return
    }
    this.#publish()
  }

  #key(id: string, pressed: boolean): void {
    if (pressed === this.#down.has(id)) return
    if (pressed) this.#down.add(id)
    else this.#down.delete(id)
    this.#dependencies
      .press(id, !pressed)
      .catch((error: unknown) => this.#dependencies.log.warn({ err: error, hotkey: id }, 'a hotkey could not run its macros'))
  }

  #publish(): void {
    if (this.#stopped) return
    const report = this.report()
    const text = JSON.stringify(report)
    if (text === this.#reported) return
    this.#reported = text
    this.#dependencies.events.publish('studio.hotkeys', report)
  }
}

function isTypedText(chord: string): boolean {
  const read = readChord(chord)
  return read !== undefined && isTyped(read)
}
