import { connect } from 'node:tls'

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const frameTypes = { data: 0, headers: 1, reset: 3, settings: 4, goAway: 7 } as const
const [endStream, endHeaders, ack] = [1, 4, 1]

/** A frame (RFC 9113, section 4.1). */
function frame(type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.set([type, flags], 3)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A whole number with a prefix of seven bits (RFC 7541, section 5.1). */
function length(value: number): number[] {
  if (value < 127) return [value]
  const bytes = [127]
  let rest = value - 127
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128)
  return [...bytes, rest]
}

/** A header as a literal that is not indexed (RFC 7541, section 6.2.2). */
function field(name: string, value: string): Buffer {
  return Buffer.concat(
    [[0, ...length(name.length)], name, length(value.length), value].map((each) =>
      typeof each === 'string' ? Buffer.from(each, 'latin1') : Buffer.from(each),
    ),
  )
}

/**
 * Sends one request over HTTP/2 as it is, with headers that no client sends. Resolves with what became of it.
 * @param headers in their order, pseudo-headers too
 */
export function sendRawHttp2(
  port: number,
  headers: readonly (readonly [name: string, value: string])[],
  body?: string,
): Promise<'answered' | 'rejected'> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] }, () => {
      const block = Buffer.concat(headers.map(([name, value]) => field(name, value)))
      socket.write(
        Buffer.concat([
          ...[preface, frame(frameTypes.settings, 0, 0)],
          frame(frameTypes.headers, body === undefined ? endHeaders | endStream : endHeaders, 1, block),
          ...(body === undefined ? [] : [frame(frameTypes.data, endStream, 1, Buffer.from(body, 'latin1'))]),
        ]),
      )
    })
    let read = Buffer.alloc(0)
    const end = (outcome: 'answered' | 'rejected'): void => {
      socket.destroy()
      resolve(outcome)
    }
    socket.on('data', (bytes: Buffer) => {
      read = Buffer.concat([read, bytes])
      while (read.length >= 9 && read.length >= 9 + read.readUIntBE(0, 3)) {
        const [type, flags, stream] = [read[3], read[4] ?? 0, read.readUInt32BE(5)]
        read = read.subarray(9 + read.readUIntBE(0, 3))
        if (type === frameTypes.settings && (flags & ack) === 0) socket.write(frame(frameTypes.settings, ack, 0))
        if (type === frameTypes.reset || type === frameTypes.goAway) end('rejected')
        else if (stream === 1 && (type === frameTypes.headers || type === frameTypes.data) && (flags & endStream) !== 0) end('answered')
      }
    })
    socket.on('error', () => end('rejected')).on('close', () => end('rejected'))
  })
}
