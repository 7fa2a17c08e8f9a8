import type { AppError } from '../../../platform/errors.ts'
import type { MessageSender } from './message-sender.ts'

/** State of a connection. `opening` waits for the access check; `closing` has sent its last message and waits for the socket. */
export type Phase = 'handshake' | 'command' | 'opening' | 'publishing' | 'playing' | 'closing'

/** What commands, publishing and playing know of the connection that they came on, and ask of it. The session is it. */
export interface Connection {
  readonly id: string
  /** `HOST:PORT` of the client. */
  readonly remoteAddress: string
  readonly protocol: 'rtmp' | 'rtmps'
  readonly phase: Phase
  readonly sender: MessageSender
  /** Bytes that the socket has not taken yet. */
  readonly unsentBytes: number
  /** Goes to another phase. `opening` stops reading until `readOn`. */
  enter(phase: 'command' | 'opening' | 'publishing' | 'playing'): void
  readOn(): void
  /** Takes a message again: one that was kept, or one that lay inside another. Its body is kept. */
  onMessage(type: number, streamId: number, timestampMs: number, body: Buffer): void
  /** Ends what the client was doing; the connection stays. */
  leave(how: 'unpublish' | 'lost', reason?: AppError): void
  /** Says why, ends our side, and leaves the rest to the timer. Idempotent. */
  reject(reason: AppError, how?: 'refusal' | 'farewell'): void
  /** Ends our side without another word. */
  finish(): void
}
