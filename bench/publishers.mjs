/**
 * Many RTMP publishers in one cheap process, run by `load.mjs`: the clip's messages are cut into chunks once, with timestamp deltas
 * instead of timestamps, so that every publisher sends the same bytes for ever. Publishers start spread over one frame, as strangers do.
 */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

/** As OBS has it. */
const chunkSize = 4096
const tickMs = 4
const audioType = 8
const videoType = 9

/** One message in chunks: the header without timestamp (form 0 with time 0, or form 1 with a delta), then what its length asks for. */
function chunks(chunkStream, type, streamId, body, delta) {
  const head = Buffer.alloc(delta === undefined ? 12 : 8)
  head[0] = (delta === undefined ? 0 : 0x40) | chunkStream
  head.writeUIntBE(delta ?? 0, 1, 3)
  head.writeUIntBE(body.length, 4, 3)
  head[7] = type
  if (delta === undefined) head.writeUInt32LE(streamId, 8)
  const pieces = [head]
  for (let at = 0; at < body.length; at += chunkSize) {
    if (at > 0) pieces.push(Buffer.from([0xc0 | chunkStream]))
    pieces.push(body.subarray(at, at + chunkSize))
  }
  return Buffer.concat(pieces)
}

/** The clip's sequence headers, and its frames with the ms at which they are due and their bytes on the wire. */
function readClip(file) {
  const bytes = readFileSync(file)
  const headers = []
  const frames = []
  for (let at = 13; at + 11 <= bytes.length; ) {
    const type = bytes[at]
    const size = bytes.readUIntBE(at + 1, 3)
    const timeMs = bytes.readUIntBE(at + 4, 3) | (bytes[at + 7] << 24)
    const body = bytes.subarray(at + 11, at + 11 + size)
    at += 15 + size
    if (type !== audioType && type !== videoType) continue
    if (body[1] === 0) headers.push({ type, body })
    else frames.push({ type, timeMs, body })
  }
  const clipMs = Math.max(...frames.map((frame) => frame.timeMs)) + 33
  const last = { [audioType]: -clipMs, [videoType]: -clipMs }
  for (const frame of frames) last[frame.type] = frame.timeMs - clipMs
  for (const frame of frames) {
    frame.bytes = chunks(frame.type === videoType ? 6 : 4, frame.type, 1, frame.body, frame.timeMs - last[frame.type])
    last[frame.type] = frame.timeMs
  }
  return { clipMs, frames, start: Buffer.concat(headers.map(({ type, body }) => chunks(type === videoType ? 6 : 4, type, 1, body))) }
}

function text(value) {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([2, bytes.length >> 8, bytes.length & 255]), bytes])
}

function number(value) {
  const bytes = Buffer.alloc(9)
  bytes.writeDoubleBE(value, 1)
  return bytes
}

function field(name, value) {
  return Buffer.concat([text(name).subarray(1), text(value)])
}

/** Connects, says all that it takes to publish, and answers the socket once the server has said that publishing may start. */
function open(url) {
  const { hostname, port, pathname, host } = new URL(url)
  const [, app, name] = pathname.split('/')
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    let seen = Buffer.alloc(0)
    let stage = 0
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`${url} was rejected`)))
    socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(1536)]))
    socket.on('data', (bytes) => {
      if (stage === 4) return
      seen = Buffer.concat([seen, bytes])
      if (stage === 0 && seen.length >= 1 + 1536 * 2) {
        stage = 1
        const size = Buffer.alloc(4)
        size.writeUInt32BE(chunkSize)
        const command = [
          text('connect'),
          number(1),
          Buffer.from([3]),
          field('app', app),
          field('tcUrl', `rtmp://${host}/${app}`),
          Buffer.from([0, 0, 9]),
        ]
        socket.write(Buffer.concat([seen.subarray(1, 1537), chunks(2, 1, 0, size), chunks(3, 20, 0, Buffer.concat(command))]))
      } else if (stage === 1 && seen.includes('NetConnection.Connect.Success')) {
        stage = 2
        seen = Buffer.alloc(0)
        socket.write(chunks(3, 20, 0, Buffer.concat([text('createStream'), number(2), Buffer.from([5])])))
      } else if (stage === 2 && seen.includes('_result')) {
        stage = 3
        socket.write(chunks(3, 20, 1, Buffer.concat([text('publish'), number(3), Buffer.from([5]), text(name), text('live')])))
      } else if (stage === 3 && seen.includes('NetStream.Publish.Start')) {
        stage = 4
        socket.removeAllListeners('close')
        socket.removeAllListeners('error')
        resolve(socket)
      }
    })
  })
}

const { file, urls } = JSON.parse(process.argv[2])
const { clipMs, frames, start } = readClip(file)
const publishers = []
let lost = 0
for (const url of urls) {
  const socket = await open(url).catch((error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
  const publisher = { socket, at: 0, fromMs: 0, open: true }
  const gone = () => {
    if (publisher.open) lost++
    publisher.open = false
  }
  socket.on('error', gone).on('close', gone)
  socket.write(start)
  publishers.push(publisher)
}
const startMs = performance.now()
for (const [index, publisher] of publishers.entries()) publisher.fromMs = startMs + (index * 33.3) / publishers.length

let latestMs = 0
setInterval(() => {
  const now = performance.now()
  for (const publisher of publishers) {
    const { socket } = publisher
    let due = frames[publisher.at].timeMs + publisher.fromMs
    if (due > now || !publisher.open) continue
    latestMs = Math.max(latestMs, now - due)
    while (due <= now) {
      socket.write(frames[publisher.at].bytes)
      if (++publisher.at === frames.length) {
        publisher.at = 0
        publisher.fromMs += clipMs
      }
      due = frames[publisher.at].timeMs + publisher.fromMs
    }
  }
}, tickMs)
setInterval(() => {
  const queuedBytes = publishers.reduce((sum, { socket, open }) => sum + (open ? socket.writableLength : 0), 0)
  process.send({ lost, queuedBytes, latestMs: Math.round(latestMs) })
  latestMs = 0
}, 500)
process.send({ started: true })
process.on('disconnect', () => process.exit())
