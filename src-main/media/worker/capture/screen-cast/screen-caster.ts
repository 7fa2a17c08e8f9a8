import type { MessageBus } from '../../../../platform/message-bus/message-bus.ts'

/** What of a desktop is to be shown. */
export interface CastOrder {
  readonly what: 'any' | 'display' | 'window'
  readonly cursor: boolean
  /** A display by its connector (`DP-1`), where no dialogue asks; empty for the primary one. */
  readonly display: string
  /** What a cast of before gave, so that the person is not asked again; empty to ask. */
  readonly token: string
}

/** A screen that a desktop hands out as a node of PipeWire, until `close` or until the desktop ends it. */
export interface ScreenCast {
  /** Id on the user's PipeWire, or on the connection `fd` if there is one. */
  readonly node: number
  /** The caller closes it. */
  readonly fd?: number
  /** For people. */
  readonly name: string
  /** For the next time. */
  readonly token?: string
  close(): void
}

export interface CastEvents {
  /** A person is being asked. */
  onAsking(): void
  /** A person or the desktop has ended it. */
  onEnded(): void
  /** The desktop's program is gone. */
  onGone(): void
}

/** One way to be handed a screen. */
export interface ScreenCaster {
  readonly name: string
  /** Nobody is asked: it may be tried again and again. */
  readonly silent: boolean
  /** Whether this desktop has it. */
  isThere(bus: MessageBus): Promise<boolean>
  /** Rejects with `CastRejected` or an error of the bus. */
  cast(bus: MessageBus, order: CastOrder, events: CastEvents): Promise<ScreenCast>
}

/** A person said no, or the desktop cannot. */
export class CastRejected extends Error {}
