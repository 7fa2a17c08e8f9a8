import { randomUUID } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { tsPacketBytes } from '../../../formats/mpegts/mpegts-packets.ts'
import { AppError } from '../../../platform/errors.ts'
import { toListenError } from '../../../platform/net/listen-error.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { Publication, PublishGate } from '../../hub/publishers/publisher.ts'
import { TransportStreamPublisher } from '../mpegts/transport-stream-publisher.ts'
import type { UdpUrl } from './udp-url.ts'

/** Silence after which the sender is gone, ms. */
const silenceMs = 3000
/** After a rejection the sender is not asked for again so soon, ms. */
const pauseMs = 5000
/** Datagrams that wait for the gate's answer at most. */
const maxWaiting = 2000
const socketBufferBytes = 4 * 1024 * 1024
const syncByte = 0x47

export interface UdpInputDependencies {
  readonly gate: PublishGate
  /** IP address to listen on if the input has none. */
  readonly bind: string
  /** A key of the stream that is valid until `dispose`. */
  readonly key: () => { readonly secret: string; readonly dispose: () => void }
  readonly onChange: () => void
}

export interface UdpInputState {
  readonly state: 'waiting' | 'live' | 'error'
  readonly error: AppError | undefined
  /** `HOST:PORT` that sends. */
  readonly sender: string | undefined
  readonly datagrams: number
}

/** One expected transport stream: publishes while datagrams come, from one sender at a time. */
export class UdpInput {
  readonly #address: UdpUrl
  readonly #dependencies: UdpInputDependencies
  #socket: Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #sender: string | undefined
  #publication: Publication | undefined
  #media: TransportStreamPublisher | undefined
  #dispose: (() => void) | undefined
  #waiting: Buffer[] | undefined
  #error: AppError | undefined
  #heardMs = 0
  #pausedUntilMs = 0
  #datagrams = 0

  constructor(address: UdpUrl, dependencies: UdpInputDependencies) {
    this.#address = address
    this.#dependencies = dependencies
  }

  get state(): UdpInputState {
    const state = this.#publication ? 'live' : this.#error ? 'error' : 'waiting'
    return { state, error: this.#error, sender: this.#sender, datagrams: this.#datagrams }
  }

  /** Starts to listen; an error is reported by `state`. */
  async start(): Promise<void> {
    const { group, port, family, local } = this.#address
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', reuseAddr: group !== undefined })
    this.#socket = socket
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.bind({ port, address: group ?? local ?? this.#dependencies.bind.replace(/^\[|\]$/g, '') }, () => {
          socket.off('error', reject)
          resolve()
        })
      })
      if (group !== undefined) socket.addMembership(group, local)
    } catch (cause) {
      this.#error = await toListenError(cause, 'udp', port)
      closeQuietly(socket)
      this.#dependencies.onChange()
      return
    }
    socket.on('error', () => undefined)
    try {
      socket.setRecvBufferSize(socketBufferBytes)
    } catch {
      // Systems that reject the size keep their own.
    }
    socket.on('message', (datagram, from) => this.#guarded(() => this.#onDatagram(datagram, from)))
    this.#timer = repeat(500, () => {
      if (this.#sender !== undefined && performance.now() - this.#heardMs > silenceMs) this.#guarded(() => this.#leave())
    })
  }

  stop(): void {
    clearInterval(this.#timer)
    if (this.#socket) closeQuietly(this.#socket)
    this.#socket = undefined
    this.#leave()
  }

  /** What a sender's datagram makes fail ends its own stream alone. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch (cause) {
      this.#refuse(new AppError('internal', undefined, { cause }))
    }
  }

  #onDatagram(datagram: Buffer, from: RemoteInfo): void {
    const payload = payloadOf(datagram)
    if (payload === undefined) return
    const nowMs = performance.now()
    const sender = `${from.address}:${from.port}`
    if (this.#sender === undefined) {
      if (nowMs < this.#pausedUntilMs) return
      this.#sender = sender
      this.#open(sender)
    } else if (this.#sender !== sender) {
      return
    }
    this.#heardMs = nowMs
    this.#datagrams++
    if (this.#media) this.#media.push(payload)
    else if (this.#waiting && this.#waiting.length < maxWaiting) this.#waiting.push(payload)
  }

  #open(sender: string): void {
    const { gate, key } = this.#dependencies
    const { secret, dispose } = key()
    this.#dispose = dispose
    this.#waiting = []
    gate
      .open({
        sessionId: randomUUID(),
        protocol: 'udp',
        remoteAddress: sender,
        app: 'live',
        name: secret,
        query: new Map(),
        encoder: 'MPEG-TS over UDP',
        disconnect: (reason) => this.#refuse(reason),
      })
      .then(
        (publication) => {
          if (this.#socket === undefined || this.#sender !== sender) {
            publication.close('lost')
            return
          }
          this.#error = undefined
          this.#publication = publication
          this.#media = new TransportStreamPublisher(publication, (reason) => this.#refuse(reason))
          const waiting = this.#waiting ?? []
          this.#waiting = undefined
          this.#guarded(() => {
            for (const payload of waiting) this.#media?.push(payload)
          })
          this.#dependencies.onChange()
        },
        (reason: unknown) => this.#refuse(reason instanceof AppError ? reason : new AppError('internal', undefined, { cause: reason })),
      )
  }

  #refuse(reason: AppError): void {
    this.#error = reason
    this.#pausedUntilMs = performance.now() + pauseMs
    this.#leave(reason)
  }

  #leave(reason?: AppError): void {
    const publication = this.#publication
    const media = this.#media
    if (this.#sender === undefined) return
    this.#sender = undefined
    this.#publication = undefined
    this.#media = undefined
    this.#waiting = undefined
    if (reason === undefined) media?.end()
    publication?.close('lost', reason)
    this.#dispose?.()
    this.#dispose = undefined
    this.#dependencies.onChange()
  }
}

/** The transport packets of a datagram, behind an RTP header (RFC 3550, 5.1) or bare; undefined for other data. */
function payloadOf(datagram: Buffer): Buffer | undefined {
  if (isTransport(datagram)) return datagram
  if (datagram.length < 13 || datagram[0]! >> 6 !== 2) return undefined
  let from = 12 + 4 * (datagram[0]! & 15)
  if ((datagram[0]! & 0x10) !== 0) {
    if (from + 4 > datagram.length) return undefined
    from += 4 + 4 * datagram.readUInt16BE(from + 2)
  }
  const payload = datagram.subarray(from)
  return isTransport(payload) ? payload : undefined
}

function isTransport(bytes: Buffer): boolean {
  return bytes[0] === syncByte && bytes.length >= tsPacketBytes && (bytes.length === tsPacketBytes || bytes[tsPacketBytes] === syncByte)
}

function closeQuietly(socket: Socket): void {
  try {
    socket.close()
  } catch {
    // It is closed already.
  }
}
