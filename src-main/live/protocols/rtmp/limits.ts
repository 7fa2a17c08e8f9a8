/** Bytes between acknowledgements that we announce, and take for the peer's until it says its own (RTMP 1.0 section 5.4). */
export const windowBytes = 2_500_000

/** What one RTMP server and each of its connections may take. All are options of the host. */
export interface RtmpLimits {
  /** Open connections in all. */
  readonly connections: number
  /** Max open connections from one IP address. */
  readonly connectionsPerAddress: number
  /** The same for IP addresses of this machine, where a test or a relay opens many. */
  readonly connectionsPerLoopbackAddress: number
  /** From accepting a connection to its first byte, ms. */
  readonly firstByteMs: number
  /** From accepting a connection to the end of the handshake, ms. */
  readonly handshakeMs: number
  /** From the handshake to `publish` or `play`, ms. */
  readonly commandMs: number
  /** A publisher that sends nothing, or a player that takes nothing, for this long is gone, ms. */
  readonly idleMs: number
  /** Largest audio or video message, bytes. */
  readonly messageBytes: number
  /** Largest command or data message, bytes. */
  readonly commandBytes: number
  /** Chunk streams of one connection. */
  readonly chunkStreams: number
  /** What may wait for a slow player: bytes and ms, whichever is reached first. */
  readonly outgoingBytes: number
  readonly outgoingMs: number
  /** Tracks that one publisher may send. */
  readonly tracks: number
  /** Reads of publishers are gathered for this long, so that one wake-up serves many of them; ms, 0 reads at once. */
  readonly readBatchMs: number
}

export const defaultRtmpLimits: RtmpLimits = {
  connections: 4000,
  connectionsPerAddress: 64,
  connectionsPerLoopbackAddress: 1000,
  firstByteMs: 5000,
  handshakeMs: 10_000,
  commandMs: 15_000,
  idleMs: 30_000,
  messageBytes: 8 * 1024 * 1024,
  commandBytes: 64 * 1024,
  chunkStreams: 64,
  outgoingBytes: 8 * 1024 * 1024,
  outgoingMs: 4000,
  tracks: 16,
  readBatchMs: 40,
}
