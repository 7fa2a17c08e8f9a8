/** How a connection does, read once a second. */
export interface PeerFigures {
  readonly kbps: number
  /** Frames per second sent or shown. */
  readonly fps: number
  readonly width: number
  readonly height: number
  /** ms; undefined while unknown. */
  readonly roundTripMs?: number
  /** Packets lost of those of the last second, %. */
  readonly lossPercent: number
  /** What keeps the browser's encoder below the wanted quality: `cpu`, `bandwidth`; undefined for nothing. */
  readonly limitedBy?: string
}

interface Counters {
  timestamp: number
  bytes: number
  packets: number
  lost: number
}

/** Turns a connection's counters into figures; each call compares with the one before. */
export class FigureReader {
  #before: Counters | undefined

  async read(connection: RTCPeerConnection): Promise<PeerFigures> {
    const report = await connection.getStats()
    const now: Counters = { timestamp: performance.now(), bytes: 0, packets: 0, lost: 0 }
    let fps = 0
    let width = 0
    let height = 0
    let roundTripMs: number | undefined
    let limitedBy: string | undefined
    for (const each of report.values()) {
      if (each.type === 'outbound-rtp' || each.type === 'inbound-rtp') {
        now.bytes += each.bytesSent ?? each.bytesReceived ?? 0
        now.packets += each.packetsSent ?? each.packetsReceived ?? 0
        if (each.type === 'inbound-rtp') now.lost += Math.max(0, each.packetsLost ?? 0)
        if (each.kind === 'video' && (each.frameWidth ?? 0) >= width) {
          width = each.frameWidth ?? 0
          height = each.frameHeight ?? 0
          fps = each.framesPerSecond ?? 0
          if (each.qualityLimitationReason && each.qualityLimitationReason !== 'none') limitedBy = each.qualityLimitationReason
        }
      } else if (each.type === 'remote-inbound-rtp') {
        now.lost += Math.max(0, each.packetsLost ?? 0)
      } else if (each.type === 'candidate-pair' && each.nominated && each.currentRoundTripTime !== undefined) {
        roundTripMs = each.currentRoundTripTime * 1000
      }
    }
    const before = this.#before
    this.#before = now
    const seconds = before === undefined ? 0 : (now.timestamp - before.timestamp) / 1000
    const lost = before === undefined ? 0 : Math.max(0, now.lost - before.lost)
    const packets = before === undefined ? 0 : Math.max(0, now.packets - before.packets)
    return {
      kbps: before === undefined || seconds <= 0 ? 0 : Math.max(0, ((now.bytes - before.bytes) * 8) / 1000 / seconds),
      fps,
      width,
      height,
      lossPercent: lost + packets === 0 ? 0 : Math.min(100, (lost * 100) / (lost + packets)),
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
      ...(limitedBy === undefined ? {} : { limitedBy }),
    }
  }
}
