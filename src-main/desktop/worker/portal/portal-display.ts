import { AppError } from '../../../platform/errors.ts'
import { loadAddon } from '../../../platform/load-addon.ts'
import { MessageBus } from '../../../platform/message-bus/message-bus.ts'
import { loadDBus } from '../../../platform/message-bus/native-bus.ts'
import type { DesktopAddon, DesktopEvent, NativeDesktopClipboard, NativeDesktopView, ShownDisplay } from '../desktop-addon.ts'
import { PortalInput } from './portal-input.ts'
import { openPortalSession } from './portal-session.ts'
import { RestoreToken } from './restore-token.ts'

/**
 * The desktop that is logged in at this machine. Its portal is asked for a screen as soon as somebody looks; until the person there has
 * answered nothing is shown, and what viewers type is dropped.
 * @param tokenFile where is kept by what the desktop knows again what was allowed
 */
export function openPortalDisplay(tokenFile: string): ShownDisplay {
  const dbus = loadDBus()
  const { DesktopView: NativeView } = loadAddon<Pick<DesktopAddon, 'DesktopView'>>('pipewire')
  const bus = new MessageBus(dbus)
  let frame: { readonly width: number; readonly height: number } | undefined
  const input = new PortalInput(bus, () => frame)

  class View implements NativeDesktopView {
    readonly #listener: (event: DesktopEvent) => void
    #view: NativeDesktopView | undefined
    #closed = false

    constructor(_server: string, listener: (event: DesktopEvent) => void) {
      this.#listener = listener
      bus.onLost(() => this.#lose(new AppError('desktop.portal_ended')))
      void this.#open()
    }

    async #open(): Promise<void> {
      try {
        await bus.name().catch((cause: unknown) => {
          throw new AppError('desktop.portal_missing', undefined, { cause })
        })
        const onEnded = (): void => this.#lose(new AppError('desktop.portal_ended'))
        const screen = await openPortalSession({ bus, token: new RestoreToken(tokenFile), onEnded })
        if (this.#closed) {
          dbus.closeDescriptor(screen.fd)
          return
        }
        input.begin(screen)
        this.#view = new NativeView(`${screen.fd}:${screen.node}`, (event) => this.#take(event))
      } catch (error) {
        this.#lose(error)
      }
    }

    #take(event: DesktopEvent): void {
      if (event.kind === 'lost') {
        this.#lose(new AppError('desktop.portal_ended'))
        return
      }
      if (event.kind === 'changed') frame = { width: event.width, height: event.height }
      this.#listener(event)
    }

    #lose(error: unknown): void {
      if (this.#closed) return
      this.close()
      const { message } = error as Error
      this.#listener({ kind: 'lost', why: message, ...(error instanceof AppError && { code: error.code }) })
    }

    pixels(x: number, y: number, width: number, height: number): Buffer | undefined {
      return this.#view?.pixels(x, y, width, height)
    }

    planes(...to: Parameters<NativeDesktopView['planes']>): boolean {
      return this.#view?.planes(...to) === true
    }

    next(): void {
      this.#view?.next()
    }

    again(): void {
      this.#view?.again()
    }

    /** Its size is the person's who sits there. */
    resize(): void {}

    arrange(): void {}

    /** The session ends with the connection to the bus: nothing is captured any more. */
    close(): void {
      if (this.#closed) return
      this.#closed = true
      input.close()
      this.#view?.close()
      this.#view = undefined
      bus.close()
    }
  }

  return {
    DesktopView: View,
    // biome-ignore lint/complexity/useArrowFunction: it is called with `new`
    DesktopInput: function () {
      return input
    } as unknown as ShownDisplay['DesktopInput'],
    DesktopClipboard: NoClipboard,
    askTitle: (done) => done(''),
  }
}

/** Portals before version 2 of the clipboard's hand none out. */
class NoClipboard implements NativeDesktopClipboard {
  read(): void {}
  offer(): void {}
  provide(): void {}
  withdraw(): void {}
  close(): void {}
}
