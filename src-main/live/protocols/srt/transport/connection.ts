/** What a connection has seen since it started. Times in ms. */
export interface SrtStatistics {
  readonly rttMs: number
  readonly latencyMs: number
  readonly packetsReceived: number
  readonly bytesReceived: number
  /** Packets found missing when a later one came. */
  readonly lost: number
  /** Packets that came as a retransmission. */
  readonly retransmitted: number
  /** Packets that came too late or never. */
  readonly dropped: number
  /** Packets that could not be decrypted. */
  readonly undecrypted: number
  readonly packetsSent: number
  readonly bytesSent: number
  readonly sentAgain: number
  readonly sendDropped: number
}

/** Why a connection ended. */
export type SrtEnd = 'shutdown' | 'timeout' | 'closed' | 'broken'

/** An SRT connection: a duplex of payload messages in live mode, each at most 1456 bytes. */
export interface SrtConnection {
  readonly streamId: string
  /** `HOST:PORT` of the peer. */
  readonly remoteAddress: string
  readonly encrypted: boolean
  /** Each payload at its time, in order; set it before the next turn of the event loop. The bytes are the receiver's. */
  onMessage: (payload: Buffer) => void
  /** Once, when the connection is over. */
  onClose: (how: SrtEnd) => void
  /** Payload bytes that wait to be sent. */
  readonly queuedBytes: number
  /** Queues a payload; false where the queue is full or the connection over, and the payload is left out. */
  send(payload: Uint8Array): boolean
  /** Says goodbye. Idempotent. */
  close(): void
  /** Accepts no more data, and sends a shutdown when what was queued has arrived and been played, two seconds later at most. */
  finish(): void
  statistics(): SrtStatistics
}
