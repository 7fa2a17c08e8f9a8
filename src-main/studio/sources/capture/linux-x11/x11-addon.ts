import { loadAddon } from '../../../native/load-addon.ts'

/** What native/x11 makes: see its `order.h` for the meaning. */
export interface X11Order {
  readonly server: string
  readonly kind: 'display' | 'window' | 'region'
  readonly device: string
  readonly match: 'title' | 'class'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly cursor: boolean
  readonly periodUs: number
  readonly originUs: number
  readonly resting: boolean
}

/** Why a capture does not run, or not as asked; empty: it does. */
export type X11Reason =
  | ''
  | 'no-server'
  | 'refused'
  | 'bad-name'
  | 'no-screen'
  | 'server-lost'
  | 'display-missing'
  | 'window-missing'
  | 'window-hidden'
  | 'no-window'
  | 'no-composite'
  | 'pixel-format'
  | 'outside'
  | 'clipped'
  | 'too-large'
  | 'xwayland'

export interface X11Report {
  readonly state: 'starting' | 'running' | 'waiting' | 'failed'
  readonly reason: X11Reason
  readonly detail: string
  readonly device: string
  readonly name: string
  readonly width: number
  readonly height: number
  readonly hidden: boolean
  /** Pixels come through shared memory. */
  readonly shared: boolean
  /** Its thread is over. */
  readonly ended: boolean
}

export interface X11Statistics {
  readonly pictures: number
  readonly rows: number
  readonly tookUs: number
  readonly longestUs: number
  readonly cpuUs: number
  /** For how long the server has been owing an answer. */
  readonly awaitingUs: number
}

export interface X11Capture {
  update(order: X11Order): void
  report(): X11Report
  statistics(): X11Statistics
  /** Returns at once; `onChange` comes when it has ended. */
  stop(): void
}

export interface X11Devices {
  /** Word of the reason why there is no server; empty: there is one. */
  readonly refusal: X11Reason
  readonly displays: readonly {
    readonly id: string
    readonly name: string
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
    readonly screen: number
    readonly primary: boolean
    readonly whole: boolean
  }[]
  readonly windows: readonly {
    readonly id: string
    readonly className: string
    readonly title: string
    readonly width: number
    readonly height: number
    readonly screen: number
    readonly visible: boolean
  }[]
}

export interface X11Addon {
  /** `onChange` is called when `report()` answers something new. Throws where the store is gone. */
  readonly Capture: new (
    order: X11Order,
    storeAddress: string,
    onChange: () => void,
  ) => X11Capture
  /** `done` is never called where the server hangs. */
  listDevices(server: string, done: (devices: X11Devices) => void): void
}

/** @throws AppError `studio.engine_missing` */
export function loadX11Addon(): X11Addon {
  return loadAddon<X11Addon>('x11')
}
