/** An order in the words of `native/capture/order.h`, which says what they mean. */
export interface NativeOrder {
  readonly server: string
  readonly authority: string
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

export interface NativeReport {
  readonly state: 'starting' | 'running' | 'waiting' | 'failed'
  /** Why it does not run, or not as asked: a word that each system has its own of. Empty: it does. */
  readonly reason: string
  readonly detail: string
  readonly device: string
  readonly name: string
  readonly width: number
  readonly height: number
  readonly hidden: boolean
  /** Its thread is over. */
  readonly ended: boolean
}

export interface NativeStatistics {
  readonly frames: number
  readonly rows: number
  readonly tookUs: number
  readonly longestUs: number
  readonly cpuUs: number
  /** For how long the system has been owing an answer. */
  readonly awaitingUs: number
}

export interface NativeCapture {
  update(order: NativeOrder): void
  report(): NativeReport
  statistics(): NativeStatistics
  /** Returns at once; `onChange` comes when it has ended. */
  stop(): void
}

export interface NativeDevices {
  /** Why the system cannot be asked; empty: it can. */
  readonly rejection: string
  readonly displays: readonly {
    readonly id: string
    readonly name: string
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
    readonly primary: boolean
    readonly whole: boolean
  }[]
  readonly windows: readonly {
    readonly id: string
    readonly className: string
    readonly title: string
    readonly width: number
    readonly height: number
    readonly visible: boolean
  }[]
}

export interface NativeActiveWindow {
  /** Why the system cannot be asked; empty: it can. */
  readonly rejection: string
  /** Both empty: no window is active. */
  readonly className: string
  readonly title: string
}

/** What each system's addon offers: see `native/capture/capture-addon.h`. */
export interface CaptureAddon {
  /** `onChange` is called when `report()` answers something new. Throws where the store is gone. */
  readonly Capture: new (
    order: NativeOrder,
    storeAddress: string,
    onChange: () => void,
  ) => NativeCapture
  /** `done` is never called where the system hangs. */
  listDevices(server: string, done: (devices: NativeDevices) => void): void
  /** `done` is never called where the system hangs. */
  activeWindow(server: string, done: (window: NativeActiveWindow) => void): void
}
