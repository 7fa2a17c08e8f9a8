import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const stepMs = 60_000

/**
 * SYN cookies (draft-sharabayko-srt-01, section 4.3.1.1): a caller proves that it reads what is sent to its IP address before any state is
 * kept for it.
 */
export class SynCookies {
  readonly #secret = randomBytes(32)

  /** 32 bits for this IP address at this time, ms. */
  make(address: string, port: number, nowMs: number): number {
    return this.#of(address, port, Math.floor(nowMs / stepMs))
  }

  /** True for a cookie of this minute or the one before. */
  fits(cookie: number, address: string, port: number, nowMs: number): boolean {
    const step = Math.floor(nowMs / stepMs)
    return same(cookie, this.#of(address, port, step)) || same(cookie, this.#of(address, port, step - 1))
  }

  #of(address: string, port: number, step: number): number {
    return createHmac('sha256', this.#secret).update(`${address} ${port} ${step}`).digest().readUInt32BE(0)
  }
}

function same(a: number, b: number): boolean {
  const left = Buffer.alloc(4)
  const right = Buffer.alloc(4)
  left.writeUInt32BE(a)
  right.writeUInt32BE(b)
  return timingSafeEqual(left, right)
}
