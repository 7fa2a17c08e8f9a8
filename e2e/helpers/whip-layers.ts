import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ndc from 'node-datachannel'
import { artifacts } from './paths.ts'

/** One encoding of the video. */
export interface Layer {
  readonly rid: string
  readonly width: number
  readonly height: number
  readonly kbps: number
}

export interface LayerPublisher {
  stop(): void
}

const fps = 30
/** Frames from keyframe to keyframe: a clip cannot answer requests, so it has them often. */
const gop = 15
const largestPayload = 1100

/** Frames of a constant bit rate as lists of NAL units, encoded once. */
function frames({ width, height, kbps }: Layer): readonly (readonly Buffer[])[] {
  mkdirSync(artifacts, { recursive: true })
  const file = join(artifacts, `layer-${width}x${height}-${kbps}.h264`)
  const rate = `${kbps}k`
  const source = `testsrc2=s=${width}x${height}:r=${fps},noise=alls=40:allf=t`
  const x264 = `aud=1:nal-hrd=cbr:scenecut=0:keyint=${gop}:min-keyint=${gop}`
  const args = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline', '-pix_fmt', 'yuv420p']
  const control = ['-b:v', rate, '-maxrate', rate, '-bufsize', `${Math.round(kbps / 4)}k`, '-x264-params', x264]
  if (!existsSync(file)) {
    execFileSync('ffmpeg', ['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', source, '-t', '4', ...args, ...control, '-f', 'h264', file])
  }
  const data = readFileSync(file)
  const starts: number[] = []
  for (let at = data.indexOf('000001', 0, 'hex'); at >= 0; at = data.indexOf('000001', at + 3, 'hex')) starts.push(at + 3)
  const found: Buffer[][] = []
  for (const [index, start] of starts.entries()) {
    let end = index + 1 < starts.length ? starts[index + 1]! - 3 : data.length
    while (end > start && data[end - 1] === 0) end--
    const unit = data.subarray(start, end)
    const type = unit[0]! & 31
    if (type === 9) found.push([])
    else if (type !== 12) found.at(-1)!.push(unit)
  }
  return found
}

/** RTP packets of one encoding, with its rid in each (RFC 8852). */
class LayerSender {
  readonly #ssrc: number
  readonly #rid: Buffer
  readonly #frames: readonly (readonly Buffer[])[]
  readonly #send: (packet: Buffer) => void
  #sequence = 1
  #next = 0
  #sent = 0
  #bytes = 0

  constructor(ssrc: number, layer: Layer, send: (packet: Buffer) => void) {
    this.#ssrc = ssrc
    this.#rid = Buffer.from(layer.rid)
    this.#frames = frames(layer)
    this.#send = send
  }

  frame(timestamp: number): void {
    const units = this.#frames[this.#next++ % this.#frames.length]!
    for (const [index, unit] of units.entries()) {
      const last = index === units.length - 1
      if (unit.length <= largestPayload) {
        this.#packet(unit, last, timestamp)
        continue
      }
      for (let at = 1; at < unit.length; at += largestPayload) {
        const end = Math.min(unit.length, at + largestPayload)
        const head = [(unit[0]! & 0xe0) | 28, (unit[0]! & 31) | (at === 1 ? 0x80 : 0) | (end === unit.length ? 0x40 : 0)]
        this.#packet(Buffer.concat([Buffer.from(head), unit.subarray(at, end)]), last && end === unit.length, timestamp)
      }
    }
  }

  /** Sender report: the wall clock of a timestamp (RFC 3550, 6.4.1). */
  report(timestamp: number): void {
    const nowMs = Date.now() + 2_208_988_800_000
    const report = Buffer.alloc(28)
    report.set([0x80, 200, 0, 6])
    report.writeUInt32BE(this.#ssrc, 4)
    report.writeUInt32BE(Math.floor(nowMs / 1000), 8)
    report.writeUInt32BE(Math.floor(((nowMs % 1000) / 1000) * 2 ** 32), 12)
    report.writeUInt32BE(timestamp, 16)
    report.writeUInt32BE(this.#sent, 20)
    report.writeUInt32BE(this.#bytes, 24)
    this.#send(report)
  }

  #packet(payload: Buffer, marker: boolean, timestamp: number): void {
    const words = Math.ceil((3 + this.#rid.length + 1) / 4)
    const head = Buffer.alloc(16 + 4 * words)
    head.set([0x90, (marker ? 0x80 : 0) | 96])
    head.writeUInt16BE(this.#sequence++ & 0xffff, 2)
    head.writeUInt32BE(timestamp, 4)
    head.writeUInt32BE(this.#ssrc, 8)
    head.set([0xbe, 0xde, 0, words], 12)
    head.set([0x10, 0x30, 0x20 | (this.#rid.length - 1), ...this.#rid], 16)
    this.#sent++
    this.#bytes += payload.length
    this.#send(Buffer.concat([head, payload]))
  }
}

interface Signalling {
  readonly answer: string
  close(): void
}

async function overHttp(endpoint: string, key: string, offer: string): Promise<Signalling> {
  const headers = { 'content-type': 'application/sdp', authorization: `Bearer ${key}` }
  const reply = await fetch(endpoint, { method: 'POST', headers, body: offer })
  const answer = await reply.text()
  if (reply.status !== 201) throw new Error(`${reply.status} ${answer}`)
  return { answer, close: () => undefined }
}

/** Closing the socket ends the session. */
function overSocket(endpoint: string, key: string, sdp: string): Promise<Signalling> {
  const socket = new WebSocket(endpoint)
  return new Promise((resolve, reject) => {
    socket.onopen = () => socket.send(JSON.stringify({ type: 'offer', role: 'publish', key, sdp }))
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data))
      if (message.type === 'answer') resolve({ answer: message.sdp, close: () => socket.close() })
      else if (message.type === 'error') reject(new Error(message.error.code))
    }
  })
}

/**
 * Publishes a clip in several encodings (lowest first) over WHIP, or by the WebSocket if the URL is one (`ws:`), each at its bitrate
 * whatever the load of the machine.
 */
export async function publishLayers(endpoint: string, key: string, layers: readonly Layer[]): Promise<LayerPublisher> {
  const peer = new ndc.PeerConnection('layers', { iceServers: [], bindAddress: '127.0.0.1', disableAutoNegotiation: true })
  const video = new ndc.Video('0', 'SendOnly')
  video.addH264Codec(96, 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1')
  video.addSSRC(1000, 'layers', 'layers', 'v')
  const track = peer.addTrack(video)
  const offer = await new Promise<string>((resolve) => {
    peer.onGatheringStateChange((state) => {
      if (state === 'complete') resolve(peer.localDescription()!.sdp)
    })
    peer.setLocalDescription('offer')
  })
  const rids = [
    'a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid',
    'a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
    ...layers.map(({ rid }) => `a=rid:${rid} send`),
    `a=simulcast:send ${layers.map(({ rid }) => rid).join(';')}`,
  ]
  const asked = offer.replace(/^a=(ssrc|msid).*\r\n/gm, '').replace(/^a=sendonly\r\n/m, (line) => `${line}${rids.join('\r\n')}\r\n`)
  const signalling = endpoint.startsWith('ws') ? await overSocket(endpoint, key, asked) : await overHttp(endpoint, key, asked)
  const { answer } = signalling
  const opened = new Promise<void>((resolve) => track.onOpen(resolve))
  peer.setRemoteDescription(answer.replace(/^a=(extmap|rid|simulcast).*\r\n/gm, ''), 'answer')
  await opened
  const senders = layers.map(
    (layer, index) => new LayerSender(1000 + index, layer, (packet) => track.isOpen() && track.sendMessageBinary(packet)),
  )
  const beganMs = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    for (; sent * (1000 / fps) <= performance.now() - beganMs; sent++) {
      for (const sender of senders) {
        if (sent % fps === 0) sender.report(sent * (90_000 / fps))
        sender.frame(sent * (90_000 / fps))
      }
    }
  }, 10)
  return {
    stop() {
      clearInterval(timer)
      signalling.close()
      // the socket's end is to be heard before the transport's: only the former ends the stream
      setTimeout(() => peer.close(), 500)
    },
  }
}
