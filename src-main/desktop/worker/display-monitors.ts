import { type MonitorPlace, placed, withSize } from '../displays/monitors.ts'
import type { DesktopMonitors, NativeDesktopView } from './desktop-addon.ts'

export interface DisplayMonitorsOptions {
  readonly view: Pick<NativeDesktopView, 'arrange' | 'resize'>
  readonly onMonitors: (monitors: readonly MonitorPlace[]) => void
}

const placeOf = ({ x, y, width, height }: MonitorPlace): MonitorPlace => ({ x, y, width, height })

/** How a display is split into monitors: by the host, by viewers, or by programs. */
export class DisplayMonitors {
  readonly #options: DisplayMonitorsOptions
  /** As programs see them, the primary one first. */
  #known: readonly MonitorPlace[] = []
  /** Asked for, and not done yet. */
  #wanted: readonly MonitorPlace[] | undefined
  /** The host has said how they are to be. */
  #told = false

  constructor(options: DisplayMonitorsOptions) {
    this.#options = options
  }

  /** Empty: as they are. */
  begin(monitors: readonly MonitorPlace[]): void {
    this.#told = true
    if (monitors.length > 0) this.arrange(monitors)
    else this.#report()
  }

  arrange(monitors: readonly MonitorPlace[]): void {
    const next = placed(monitors)
    this.#wanted = next
    this.#options.view.arrange(next)
  }

  /** The size of one of them; `monitor` left out: of the display, which has no size of its own where it has several. */
  resize(width: number, height: number, monitor: number | undefined): void {
    const now = this.#wanted ?? this.#known
    if (now.length > 1) {
      if (monitor !== undefined) this.arrange(withSize(now, monitor, width, height))
    } else if (this.#wanted) this.arrange([{ x: 0, y: 0, width, height }])
    else this.#options.view.resize(width, height)
  }

  take({ monitors, arranged }: DesktopMonitors): void {
    this.#known = [...monitors].sort((one, other) => Number(other.primary) - Number(one.primary)).map(placeOf)
    if (arranged) this.#wanted = undefined
    this.#report()
  }

  #report(): void {
    if (this.#told && this.#wanted === undefined && this.#known.length > 0) this.#options.onMonitors(this.#known)
  }
}
