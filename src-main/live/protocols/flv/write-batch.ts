/** One connection's side of a batch. */
export interface BatchWriter {
  /** What waits for the end of the turn, in order; the batch takes it. */
  pieces: Buffer[]
  /** Their length together. */
  pendingBytes: number
  /** Writes the pieces of one turn, joined. The bytes are shared with other writers: they must not be modified. */
  write(bytes: Buffer): void
  /** What waited was written: there may be space again. A socket that took everything at once does not report it. */
  onWritten(): void
}

/** From this many connections on a beat is kept. */
const crowdSize = 16

/**
 * Gathers what a turn of the event loop, or a beat, sends to many connections. A write costs far more than the bytes in it, and
 * players of one stream are sent the same pieces: they are joined once, and each connection gets them in one write.
 */
export class WriteBatch {
  private readonly beatMs: number
  /** Connections that the last flush wrote to. */
  private crowd = 0
  private writers: BatchWriter[] = []
  private timer: NodeJS.Timeout | NodeJS.Immediate | undefined
  private joinedOf: readonly Buffer[] = []
  private joined: Buffer = Buffer.alloc(0)

  /** Sends at the end of each turn; to a crowd, where writes are what costs, each `beatMs` where that is more than 0. */
  constructor(beatMs: number) {
    this.beatMs = beatMs
  }

  /** Adds a piece. `bytes` is shared and never changed. */
  add(writer: BatchWriter, bytes: Buffer): void {
    writer.pendingBytes += bytes.length
    if (writer.pieces.push(bytes) > 1) return
    this.writers.push(writer)
    this.timer ??= this.beatMs > 0 && this.crowd >= crowdSize ? setTimeout(this.flushAll, this.beatMs) : setImmediate(this.flushAll)
  }

  /** Writes at once what waits for one connection; its place in the batch finds nothing then. */
  flush(writer: BatchWriter): void {
    const { pieces } = writer
    if (pieces.length === 0) return
    writer.pieces = []
    writer.pendingBytes = 0
    writer.write(this.join(pieces))
    writer.onWritten()
  }

  private readonly flushAll = (): void => {
    this.timer = undefined
    const { writers } = this
    this.writers = []
    this.crowd = writers.length
    for (const writer of writers) this.flush(writer)
    this.joinedOf = []
    this.joined = Buffer.alloc(0)
  }

  private join(pieces: readonly Buffer[]): Buffer {
    if (pieces.length === 1) return pieces[0] as Buffer
    if (!samePieces(pieces, this.joinedOf)) {
      this.joinedOf = pieces
      this.joined = Buffer.concat(pieces as Buffer[])
    }
    return this.joined
  }
}

function samePieces(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
