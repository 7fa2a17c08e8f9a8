/**
 * Many viewers of one stream over HTTP in one process. Each requests as a player does: one connection for video and one for audio, kept
 * open. Argument: `{ base, kind, viewers, first, overMs }`; `base` is the stream's folder, `kind` is `hls`, `dash` or `files`
 * (one playlist of one file server), `first` numbers the viewers, `overMs` is the time in which they come. Reports to its parent how they
 * do. They speak HTTP themselves: Node's client would cost several times as much as what is measured.
 */
import { connect } from 'node:net'

const { base, kind, viewers, first, overMs } = JSON.parse(process.argv[2])
const { hostname, port, pathname: folder } = new URL(base)

const totals = { answers: 0, bytes: 0, refused: 0, broken: 0, stalls: 0, late: 0, media: 0, dry: viewers }

const headEnd = Buffer.from('\r\n\r\n')
const readBuffer = Buffer.alloc(65_536)

/** A connection with one request at a time. Answers `{ status, body }`; media bodies are counted, not kept. */
class Connection {
  #socket
  #agent
  #waiting
  #head = ''
  #left = -1
  #chunked = false
  #status = 0
  #body = ''
  #keep = false

  constructor(agent) {
    this.#agent = agent
  }

  get(path, keep) {
    this.#keep = keep
    return new Promise((resolve) => {
      this.#waiting = resolve
      this.#open().write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUser-Agent: ${this.#agent}\r\n\r\n`)
    })
  }

  #open() {
    if (this.#socket) return this.#socket
    const socket = connect({
      host: hostname,
      port: Number(port),
      // one buffer for all of them: what is read is looked at before the next read
      onread: {
        buffer: readBuffer,
        callback: (length, bytes) => {
          this.#take(bytes.subarray(0, length))
          return true
        },
      },
    })
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#socket = undefined
      this.#head = ''
      this.#left = -1
      if (!this.#waiting) return
      totals.broken++
      this.#done(0)
    })
    this.#socket = socket
    return socket
  }

  #take(arrived) {
    totals.bytes += arrived.length
    let body = arrived
    if (this.#left < 0) {
      const end = arrived.indexOf(headEnd)
      this.#head += arrived.toString('latin1', 0, end < 0 ? arrived.length : end)
      if (end < 0) return
      body = arrived.subarray(end + headEnd.length)
      this.#status = Number(this.#head.slice(9, 12))
      const length = /content-length: (\d+)/i.exec(this.#head)
      this.#head = ''
      this.#chunked = !length
      this.#left = length ? Number(length[1]) : 0
      this.#body = ''
    }
    if (this.#keep || this.#chunked) this.#body += body.toString('latin1')
    if (this.#chunked) {
      if (!this.#body.endsWith('0\r\n\r\n')) return
    } else {
      this.#left -= body.length
      if (this.#left > 0) return
    }
    this.#left = -1
    this.#done(this.#status)
  }

  #done(status) {
    const answer = this.#waiting
    this.#waiting = undefined
    totals.answers++
    if (status >= 400) totals.refused++
    answer?.({ status, body: this.#body })
  }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
/** When the first viewer had each piece of media. */
const arrivals = new Map()
/** Later than the first viewer by this much: counted as late, ms. */
const lateMs = 500

function had(name) {
  totals.media++
  const now = performance.now()
  const at = arrivals.get(name)
  if (at === undefined) {
    arrivals.set(name, now)
    if (arrivals.size > 400) arrivals.delete(arrivals.keys().next().value)
  } else if (now - at > lateMs) totals.late++
}

/** What a player has in hand: starts with `startMs`, runs dry where media come too slowly. */
class PlayBuffer {
  #untilMs = 0

  constructor(viewer) {
    viewer.push(this)
  }

  isDry(now) {
    return now > this.#untilMs
  }

  add(durationMs, startMs) {
    const now = performance.now()
    if (this.#untilMs === 0) this.#untilMs = now + startMs
    else if (now > this.#untilMs) {
      totals.stalls++
      this.#untilMs = now + startMs
    }
    this.#untilMs += durationMs
  }
}

/** Follows segments: the playlist every two seconds, then what is new. */
async function segments(connection, playlist, viewer) {
  const at = playlist.slice(0, playlist.lastIndexOf('/') + 1)
  const buffer = new PlayBuffer(viewer)
  let newest = ''
  for (;;) {
    const from = performance.now()
    const { status, body } = await connection.get(playlist, true)
    if (status === 200) {
      const uris = [...body.matchAll(/#EXTINF:([\d.]+),[^\n]*\n(?:#[^\n]*\n)*([^#\s]+)/g)]
      const known = uris.findLastIndex((each) => each[2] === newest)
      for (const [, duration, uri] of newest === '' ? uris.slice(-2) : uris.slice(known + 1)) {
        const answer = await connection.get(at + uri, false)
        if (answer.status === 200) had(at + uri)
        buffer.add(Number(duration) * 1000, 4000)
        newest = uri
      }
    }
    await sleep(Math.max(100, 2000 - (performance.now() - from)))
  }
}

/** A DASH player reads the manifest every two seconds, and fetches the newest complete segment of its rendition. */
async function dash(connection, rendition, viewer) {
  let newest = ''
  const buffer = new PlayBuffer(viewer)
  for (;;) {
    const from = performance.now()
    const { status, body } = await connection.get(`${folder}manifest.mpd`, true)
    if (status === 200) {
      const epoch = /media="([A-Za-z0-9_-]+)\//.exec(body)?.[1]
      const { sequence } = lastOf(body, rendition) ?? {}
      if (epoch && sequence !== undefined && newest !== `${sequence}`) {
        const uri = `${folder}${epoch}/${rendition}/seg-${sequence}.m4s`
        const answer = await connection.get(uri, false)
        if (answer.status === 200) had(uri)
        buffer.add(2000, 4000)
        newest = `${sequence}`
      }
    }
    await sleep(Math.max(100, 2000 - (performance.now() - from)))
  }
}

/** The newest segment's number of a rendition's SegmentTimeline. */
function lastOf(manifest, rendition) {
  const id = manifest.indexOf(`id="${rendition}"`)
  const from = manifest.lastIndexOf('<AdaptationSet', id)
  const set = manifest.slice(from, manifest.indexOf('</AdaptationSet>', id))
  const start = /startNumber="(\d+)"/.exec(set)
  if (id < 0 || !start) return undefined
  let count = 0
  for (const each of set.matchAll(/<S [^>]*>/g)) count += 1 + Number(/r="(\d+)"/.exec(each[0])?.[1] ?? 0)
  return { sequence: Number(start[1]) + count - 1 }
}

/** The buffers of each viewer. */
const all = []

async function watch(number) {
  const agent = `bench/${number}`
  const connection = new Connection(agent)
  const viewer = []
  all.push(viewer)
  if (kind === 'files') return segments(connection, folder, viewer)
  if (kind === 'dash') {
    void dash(new Connection(agent), 'a0', viewer)
    return dash(connection, 'v0', viewer)
  }
  let playlists = []
  while (playlists.length === 0) {
    const { body, status } = await connection.get(`${folder}hls.m3u8`, true)
    if (status === 200) playlists = [...body.matchAll(/([^\s"]+\.m3u8)/g)].map((match) => match[1])
    else await sleep(500)
  }
  const [one, other] = [...new Set(playlists)]
  if (other) void segments(new Connection(agent), folder + other, viewer)
  return segments(connection, folder + one, viewer)
}

setInterval(() => {
  const now = performance.now()
  // Whoever gets nothing more would never be counted as one that stalls.
  totals.dry = viewers - all.filter((buffers) => buffers.length > 0 && !buffers.some((buffer) => buffer.isDry(now))).length
  process.send(totals)
}, 250)
for (let index = 0; index < viewers; index++) setTimeout(() => void watch(first + index), (index / viewers) * overMs)
