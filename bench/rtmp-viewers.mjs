/** Opens many RTMP players of one address and throws away what they are sent. Argument: `{ url, viewers }`. Tells its parent the bytes. */
import { connect } from 'node:net'

const { url, viewers } = JSON.parse(process.argv[2])
const { hostname, port, pathname } = new URL(url)
const [, app, name] = pathname.split('/')

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

const hello = Buffer.alloc(1 + 1536)
hello[0] = 3
const asking = Buffer.concat([
  Buffer.alloc(1536),
  command(0, 'connect', 1, { app, flashVer: 'LNX 9,0,124,2', tcUrl: url.slice(0, url.lastIndexOf('/')) }),
  command(0, 'createStream', 2, null),
  command(1, 'play', 3, null, name),
])
const buffer = Buffer.alloc(1 << 20)
let bytes = 0
let lost = 0
for (let index = 0; index < viewers; index++) {
  let greeted = false
  const socket = connect({
    host: hostname,
    port: Number(port),
    onread: {
      buffer,
      callback(length) {
        bytes += length
        if (!greeted) {
          greeted = true
          socket.write(asking)
        }
        return true
      },
    },
  })
  socket.on('connect', () => socket.write(hello))
  socket.on('error', () => undefined)
  socket.on('close', () => {
    lost++
  })
}
setInterval(() => process.send({ bytes, lost }), 250)
