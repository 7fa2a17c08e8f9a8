import { controlSocketOf } from '../displays/display-server.ts'
import { sizeCommand } from '../displays/sway/configuration.ts'
import { runSwayCommand } from '../displays/sway/sway-socket.ts'
import type { DesktopAddon, DesktopEvent, DesktopRect, NativeDesktopView } from './desktop-addon.ts'

/** The view of a compositor with its size, which is set by sway's own socket: Wayland has no request for that. It has one monitor. */
export function swayView(NativeView: DesktopAddon['DesktopView']): DesktopAddon['DesktopView'] {
  return class implements NativeDesktopView {
    readonly #view: NativeDesktopView
    readonly #listener: (event: DesktopEvent) => void
    readonly #socket = controlSocketOf(process.env.WAYLAND_DISPLAY ?? '')
    #size = { width: 0, height: 0 }
    #wanted: { readonly width: number; readonly height: number } | undefined
    #sizing = false

    constructor(server: string, listener: (event: DesktopEvent) => void) {
      this.#listener = listener
      this.#view = new NativeView(server, (event) => {
        if (event.kind === 'changed') this.#sized(event)
        listener(event)
      })
    }

    pixels(x: number, y: number, width: number, height: number): Buffer | undefined {
      return this.#view.pixels(x, y, width, height)
    }

    planes(y: Buffer, u: Buffer, v: Buffer, strideY: number, strideUv: number, width: number, height: number, fullColor: boolean): boolean {
      return this.#view.planes(y, u, v, strideY, strideUv, width, height, fullColor)
    }

    next(): void {
      this.#view.next()
    }

    again(): void {
      this.#view.again()
    }

    resize(width: number, height: number): void {
      this.#wanted = { width, height }
      if (!this.#sizing) void this.#work()
    }

    arrange([first]: readonly DesktopRect[]): void {
      if (first !== undefined) this.resize(first.width, first.height)
    }

    close(): void {
      this.#wanted = undefined
      this.#view.close()
    }

    /** The newest size that is wanted, one after the other. */
    async #work(): Promise<void> {
      this.#sizing = true
      for (let next = this.#wanted; next !== undefined; next = this.#wanted) {
        this.#wanted = undefined
        try {
          await runSwayCommand(this.#socket, sizeCommand(next.width, next.height))
        } catch (error) {
          process.stderr.write(`size of a display: ${(error as Error).message}\n`)
        }
        // It may be what it was, which no frame says.
        this.#tellMonitors()
      }
      this.#sizing = false
    }

    #sized({ width, height }: { readonly width: number; readonly height: number }): void {
      if (this.#size.width === width && this.#size.height === height) return
      this.#size = { width, height }
      this.#tellMonitors()
    }

    #tellMonitors(): void {
      if (this.#size.width === 0) return
      this.#listener({ kind: 'monitors', arranged: true, monitors: [{ name: 'HEADLESS-1', primary: true, x: 0, y: 0, ...this.#size }] })
    }
  }
}
