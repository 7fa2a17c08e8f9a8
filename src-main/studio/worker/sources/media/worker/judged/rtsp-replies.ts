import { OutboundFault } from '../../../../../../platform/outbound/network-policy.ts'

const maxHeadBytes = 65_536
const interleaved = 0x24
const statusLine = /^RTSP\/1\.0 (\d{3})(?: [^\r\n]*)?$/
/** Servers ask for something now and then. */
const requestLine = /^[A-Z_]{1,20} \S+ RTSP\/1\.0$/

/**
 * Reads what an RTSP server sends (RFC 2326) as strictly as FFmpeg does loosely, so that both see the same messages: FFmpeg follows a
 * redirect by itself, to wherever it leads.
 */
export class RtspReplies {
  #held: Buffer = Buffer.alloc(0)
  /** Of a message whose head was judged, bytes. */
  #toPass = 0

  /** The part of it that may be passed on now. Throws OutboundFault at a redirect, and at data that is not RTSP. */
  push(bytes: Buffer): Buffer {
    const data = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    let at = 0
    while (at < data.length) {
      if (this.#toPass > 0) {
        const step = Math.min(this.#toPass, data.length - at)
        this.#toPass -= step
        at += step
      } else if (data[at] === interleaved) {
        if (data.length - at < 4) break
        this.#toPass = 4 + data.readUInt16BE(at + 2)
      } else {
        const end = data.indexOf('\r\n\r\n', at)
        if (end < 0) {
          if (data.length - at > maxHeadBytes) throw notRtsp()
          break
        }
        this.#toPass = end + 4 - at + bodyBytes(data.toString('latin1', at, end))
      }
    }
    this.#held = data.subarray(at)
    return data.subarray(0, at)
  }
}

/** Judges the head of a message, and says how long its body is. */
function bodyBytes(head: string): number {
  const [first = '', ...headers] = head.split('\r\n')
  if (/[\r\n]/.test(head.replaceAll('\r\n', ''))) throw notRtsp()
  const [, status] = statusLine.exec(first) ?? []
  if (status === undefined && !requestLine.test(first)) throw notRtsp()
  if (status?.startsWith('3') === true) {
    throw new OutboundFault('The RTSP server redirects to another URL, which is not followed for editors: enter that URL instead')
  }
  const lengths = headers.filter((line) => /^content-length/i.test(line))
  const [, length] = /^content-length: *(\d{1,7}) *$/i.exec(lengths[0] ?? '') ?? []
  if (lengths.length > 1 || (lengths.length === 1 && length === undefined)) throw notRtsp()
  return Number(length ?? 0)
}

function notRtsp(): OutboundFault {
  return new OutboundFault('The server does not answer in RTSP as it should')
}
