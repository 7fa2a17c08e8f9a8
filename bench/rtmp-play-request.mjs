/** What an RTMP player says: the greeting, and behind the server's answer all that asks for a stream. */

function amf(...values) {
  const text = (value) => Buffer.concat([Buffer.from([value.length >> 8, value.length & 255]), Buffer.from(value)])
  return Buffer.concat(
    values.map((value) => {
      if (value === null) return Buffer.from([5])
      if (typeof value === 'string') return Buffer.concat([Buffer.from([2]), text(value)])
      if (typeof value === 'number') {
        const bytes = Buffer.alloc(9)
        bytes.writeDoubleBE(value, 1)
        return bytes
      }
      const fields = Object.entries(value).map(([key, field]) => Buffer.concat([text(key), amf(field)]))
      return Buffer.concat([Buffer.from([3]), ...fields, Buffer.from([0, 0, 9])])
    }),
  )
}

/** One command in chunks of 128 bytes. */
function command(streamId, ...values) {
  const body = amf(...values)
  const head = Buffer.alloc(12)
  head[0] = 3
  head.writeUIntBE(body.length, 4, 3)
  head[7] = 20
  head.writeUInt32LE(streamId, 8)
  const pieces = [head]
  for (let at = 0; at < body.length; at += 128) {
    if (at > 0) pieces.push(Buffer.from([0xc3]))
    pieces.push(body.subarray(at, at + 128))
  }
  return Buffer.concat(pieces)
}

/** `{ hello, asking }` for a URL like `rtmp://HOST:PORT/live/NAME`. */
export function playRequest(url) {
  const [, app, name] = new URL(url).pathname.split('/')
  const hello = Buffer.alloc(1 + 1536)
  hello[0] = 3
  const asking = Buffer.concat([
    Buffer.alloc(1536),
    command(0, 'connect', 1, { app, flashVer: 'LNX 9,0,124,2', tcUrl: url.slice(0, url.lastIndexOf('/')) }),
    command(0, 'createStream', 2, null),
    command(1, 'play', 3, null, name),
  ])
  return { hello, asking }
}
