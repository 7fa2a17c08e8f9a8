/** A viewer over HTTP-FLV that looks at every frame's time: cheap enough to run beside everything else. */
export interface FlvViewer {
  readonly frames: number
  /** Steps between two frames that are longer than they should be, ms. */
  readonly gaps: readonly number[]
  /** What was seen since the last call: gaps, and the longest time without a frame, ms, less what this process was delayed by. */
  forget(): { readonly gaps: readonly number[]; readonly maxWaitMs: number }
  stop(): void
}

/** Plays `url`; a step of more than `mostMs` between two frames is a missing frame. */
export async function watchFlv(url: string, maxMs: number): Promise<FlvViewer> {
  const stopped = new AbortController()
  const reply = await fetch(url, { signal: stopped.signal })
  if (!reply.ok || reply.body === null) throw new Error(`${url} answered ${reply.status}`)
  const gaps: number[] = []
  let frames = 0
  let last = Number.NaN
  let maxWaitMs = 0
  let [waitMs, lookedMs] = [0, performance.now()]
  const looking = setInterval(() => {
    const now = performance.now()
    waitMs += Math.min(now - lookedMs, 100)
    lookedMs = now
    maxWaitMs = Math.max(maxWaitMs, waitMs)
  }, 20)
  const read = async (body: AsyncIterable<Uint8Array>): Promise<void> => {
    let kept = Buffer.alloc(0)
    let skip = 13
    for await (const bytes of body) {
      kept = kept.length === 0 ? Buffer.from(bytes) : Buffer.concat([kept, bytes])
      let at = 0
      if (skip > 0) {
        if (kept.length < skip) continue
        at = skip
        skip = 0
      }
      while (kept.length - at >= 11) {
        const size = kept.readUIntBE(at + 1, 3)
        if (kept.length - at < 15 + size) break
        // A coded frame: not a header, not metadata.
        if (kept[at] === 9 && kept[at + 12] === 1) {
          const timeMs = kept.readUIntBE(at + 4, 3) | (kept[at + 7]! << 24)
          if (timeMs - last > maxMs) gaps.push(timeMs - last)
          last = timeMs
          frames++
          waitMs = 0
        }
        at += 15 + size
      }
      kept = kept.subarray(at)
    }
  }
  read(reply.body).catch(() => undefined)
  return {
    get frames() {
      return frames
    },
    gaps,
    forget() {
      const seen = { gaps: gaps.splice(0), maxWaitMs }
      maxWaitMs = 0
      waitMs = 0
      return seen
    },
    stop() {
      clearInterval(looking)
      stopped.abort()
    },
  }
}
