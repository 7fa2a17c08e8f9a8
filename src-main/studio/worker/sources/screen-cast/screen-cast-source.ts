import type { SourceReport } from '../../../../media/source-report.ts'
import { desktopPortal } from '../../../../media/worker/capture/screen-cast/desktop-portal.ts'
import { mutter } from '../../../../media/worker/capture/screen-cast/mutter.ts'
import { CastRejected, type ScreenCast, type ScreenCaster } from '../../../../media/worker/capture/screen-cast/screen-caster.ts'
import { loadPipeWire, type PipeWireAddon, type VideoEvent, type VideoInput } from '../../../../media/worker/native/pipewire.ts'
import { MessageBus } from '../../../../platform/message-bus/message-bus.ts'
import { type DBusAddon, loadDBus } from '../../../../platform/message-bus/native-bus.ts'
import type { ScreenCastSettings } from '../../../document/kinds/screen-cast.ts'
import { KeptText } from '../kept-text.ts'
import type { RunningSource, SourceContext, StartSource } from '../running-source.ts'

/** Asked in this order. */
const casters: readonly ScreenCaster[] = [desktopPortal, mutter]
/** Between attempts that ask nobody, ms. */
const retryMs = 3000

const noDesktop =
  'No desktop of this user shares its screens: run the host inside a Wayland session with xdg-desktop-portal and the backend of the desktop'

/** A display or a window that a Wayland desktop shares. */
export const startScreenCast: StartSource<ScreenCastSettings> = (settings, context) =>
  new ScreenCastSource(loadDBus(), loadPipeWire(), settings, context)

/** One cast after the other: from asking for a screen to its end. */
class ScreenCastSource implements RunningSource {
  readonly frameStore
  readonly #dbus: DBusAddon
  readonly #pipewire: PipeWireAddon
  readonly #context: SourceContext
  /** What a desktop gave so that a person is not asked again. */
  readonly #token: KeptText
  #settings: ScreenCastSettings
  /** Counts casts: what an earlier one still tells is not heard. */
  #turn = 0
  #bus: MessageBus | undefined
  #cast: ScreenCast | undefined
  #input: VideoInput | undefined
  #timer: NodeJS.Timeout | undefined
  #shown = true
  #stopped = false

  constructor(dbus: DBusAddon, pipewire: PipeWireAddon, settings: ScreenCastSettings, context: SourceContext) {
    this.#dbus = dbus
    this.#pipewire = pipewire
    this.#settings = settings
    this.#context = context
    this.#token = new KeptText(context.folder, `${context.id}.screen-cast`)
    this.frameStore = context.stores.createFrameStore()
    void this.#begin()
  }

  update(settings: unknown): void {
    this.#settings = settings as ScreenCastSettings
    void this.#begin()
  }

  show(shown: boolean): void {
    this.#shown = shown
    this.#input?.setShown(shown)
  }

  command(name: string): void {
    if (name === 'choose') this.#token.forget()
    void this.#begin()
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#end()
    this.frameStore.close()
  }

  #end(): void {
    this.#turn++
    clearTimeout(this.#timer)
    this.#input?.close()
    this.#input = undefined
    this.#cast?.close()
    this.#cast = undefined
    this.#bus?.close()
    this.#bus = undefined
  }

  /** `again`: no person requests it, so nothing is reported before something is known. */
  async #begin(again = false): Promise<void> {
    this.#end()
    if (this.#stopped) return
    const turn = this.#turn
    const mine = (): boolean => turn === this.#turn
    const bus = new MessageBus(this.#dbus)
    this.#bus = bus
    if (!again) this.#context.report({ state: 'starting' })
    const token = this.#token.read()
    // A person who was asked is not asked again without their doing.
    let asked = false
    try {
      await bus.name()
      const caster = await firstThere(bus)
      if (!mine()) return
      if (caster === undefined) throw new Error(noDesktop)
      const { what, cursor, display } = this.#settings
      const cast = await caster.cast(
        bus,
        { what, cursor, display, token },
        {
          onAsking: () => {
            if (!mine() || token !== '') return
            asked = true
            this.#context.report({ state: 'waiting', problem: 'The desktop asks which screen to share' })
          },
          onEnded: () => {
            if (mine()) this.#failed('The sharing was ended on the desktop', caster.silent)
          },
          onGone: () => {
            if (mine()) this.#failed('The program that shared the screen has ended', caster.silent || this.#token.read() !== '')
          },
        },
      )
      if (!mine()) {
        cast.close()
        if (cast.fd !== undefined) this.#dbus.closeDescriptor(cast.fd)
        return
      }
      if (cast.token !== undefined) this.#keep(cast.token)
      bus.onLost((problem) => {
        if (mine()) this.#failed(problem, caster.silent || cast.token !== undefined)
      })
      this.#show(cast, caster, turn)
    } catch (error) {
      if (mine()) this.#failed((error as Error).message, !asked && !(error instanceof CastRejected))
    }
  }

  #keep(token: string): void {
    try {
      this.#token.keep(token)
    } catch (error) {
      this.#context.log.warn({ err: error }, 'a desktop will ask again which screen to share')
    }
  }

  #show(cast: ScreenCast, caster: ScreenCaster, turn: number): void {
    this.#cast = cast
    let details: NonNullable<SourceReport['details']> = { device: cast.name, through: caster.name }
    const { node, fd } = cast
    const wish = { node, ...(fd !== undefined && { fd }), rate: this.#settings.frameRate }
    const listener = (event: VideoEvent): void => {
      if (turn !== this.#turn) return
      if (event.kind === 'format') {
        details = { ...details, width: event.width, height: event.height, frameRate: event.rate, format: event.format }
      } else if (event.kind === 'state' && event.state === 'streaming') this.#context.report({ state: 'running', details })
      else if (event.kind === 'state' && event.state === 'error') this.#failed(event.problem, caster.silent || cast.token !== undefined)
    }
    this.#input = new this.#pipewire.VideoInput({ name: cast.name, store: this.frameStore.address, ...wish }, listener)
    this.#input.setShown(this.#shown)
  }

  /** `again`: it is tried by itself. Where that would ask a person, `retry` and `choose` do. */
  #failed(problem: string, again: boolean): void {
    this.#end()
    this.frameStore.clear()
    this.#context.report(
      again
        ? { state: 'waiting', problem }
        : { state: 'failed', problem: `${problem}. The command \`choose\` asks again which screen to share` },
    )
    if (again) this.#timer = setTimeout(() => void this.#begin(true), retryMs)
  }
}

async function firstThere(bus: MessageBus): Promise<ScreenCaster | undefined> {
  for (const caster of casters) if (await caster.isThere(bus)) return caster
  return undefined
}
