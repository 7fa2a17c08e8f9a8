import { type Static, Type } from 'typebox'
import { AppError } from '../../../../platform/errors.ts'

/** Bytes that one measurement may send: half a minute at 16 Mbit/s, and all of it at once where the network is that fast. */
export const maxTestBytes = 64 * 1024 * 1024
/** A measurement that takes longer is ended, ms. */
const maxSinkMs = 30_000
/** TCP needs so long to find the speed of the network: not counted, ms. */
const slowStartMs = 1000
/** What is left to be measured after that, at least, ms. */
const minMeasuredMs = 500

export const MeasuredUploadSchema = Type.Object({
  kbps: Type.Integer({ description: 'what arrived, without the first second' }),
  bytes: Type.Integer(),
  tookMs: Type.Integer({ description: 'from the first byte to the last' }),
})

export type MeasuredUpload = Static<typeof MeasuredUploadSchema>

/** Takes the bytes of a measurement, throws them away, and says how fast they arrived. */
export async function sinkUpload(bytes: AsyncIterable<Uint8Array>, now: () => number = () => performance.now()): Promise<MeasuredUpload> {
  let [count, firstAt, lastAt] = [0, Number.NaN, Number.NaN]
  /** Bytes and time at the end of the slow start. */
  let mark: { readonly bytes: number; readonly atMs: number } | undefined
  for await (const piece of bytes) {
    lastAt = now()
    // What came with the first piece had its time before.
    if (Number.isNaN(firstAt)) {
      firstAt = lastAt
      continue
    }
    count += piece.length
    if (mark === undefined && lastAt - firstAt >= slowStartMs) mark = { bytes: count, atMs: lastAt }
    if (lastAt - firstAt > maxSinkMs) throw new AppError('request.too_large', `It takes longer than ${maxSinkMs / 1000} s`)
  }
  const tookMs = lastAt - firstAt
  if (!(tookMs > 0)) throw new AppError('request.invalid', 'Too little was sent to measure it')
  const from = mark !== undefined && lastAt - mark.atMs >= minMeasuredMs ? mark : { bytes: 0, atMs: firstAt }
  return { kbps: Math.round(((count - from.bytes) * 8) / (lastAt - from.atMs)), bytes: count, tookMs: Math.round(tookMs) }
}
