import { randomInt } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { isFault } from '../../../../formats/fault.ts'
import {
  extension,
  parametersContent,
  readExtensions,
  readHandshake,
  type SrtExtensions,
  type SrtHandshake,
  SrtHandshakeType,
  type SrtParameters,
  SrtReject,
  srtMagic,
  writeHandshake,
} from '../../../../formats/srt/srt-handshake.ts'
import { controlPacket, SrtControl, SrtExtension, srtHeaderBytes } from '../../../../formats/srt/srt-packet.ts'
import { joinHostPort } from '../../../../platform/net/ip-address.ts'
import { repeat } from '../../../../platform/timing/repeat.ts'
import { SrtCipher } from './cipher.ts'
import type { SrtConnection } from './connection.ts'
import { SynCookies } from './cookie.ts'
import { SrtLink, srtTickMs, srtWindowPackets } from './link.ts'
import { datagramBytes, liveFlags, ownVersion, socketBufferBytes } from './settings.ts'

/** A caller whose IP address and passphrase are verified. */
export interface SrtRequest {
  readonly streamId: string
  readonly remoteAddress: string
  /** Host of `remoteAddress`. */
  readonly address: string
  readonly encrypted: boolean
  /** The sender's version of SRT, e.g. `1.5.1`. */
  readonly peerVersion: string
}

/** Whether a caller may in: a code of `SrtReject`, or what to do with the connection. */
export type SrtAnswer = { readonly reject: number } | { readonly open: (connection: SrtConnection) => void; readonly abandon?: () => void }

export interface SrtListenerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** A socket that is bound there already, to be used in place of a new one. */
  readonly fd?: number | undefined
  /** Least delay of delivery, ms; a caller may ask for more. */
  readonly latencyMs: number
  /** Empty where callers do not encrypt. */
  readonly passphrase: string
  readonly idleMs: number
  readonly connections: number
  readonly connectionsPerAddress: (address: string) => number
  /** Bytes that may wait to be sent to one caller. */
  readonly queueBytes: number
  /** Packets after which a key is changed. */
  readonly keyPackets?: number
  /** Asked once for every caller; must not reject. */
  readonly onCaller: (request: SrtRequest) => Promise<SrtAnswer>
  /** A caller was rejected before it was asked for. */
  readonly onRejected?: (code: number, remoteAddress: string) => void
  /** Handling a packet threw: its connection has been ended. */
  readonly onFailure?: (error: unknown) => void
}

export interface SrtListener {
  readonly port: number
  connections(): number
  /** Says goodbye to every caller and closes the port. */
  stop(): Promise<void>
}

interface Kept {
  readonly link: SrtLink
  readonly address: string
  readonly port: number
  /** The answer to the conclusion, for callers that have not heard it. */
  readonly answer: Buffer
}

/** Callers whose answer is expected at a time. */
const maxWaiting = 512
/** 1.3.0: the first with this handshake. */
const oldestVersion = 0x010300

/** Listens on one UDP port for any number of callers. Rejects with Node's own error (EADDRINUSE, EACCES). */
export async function listenSrt(options: SrtListenerOptions): Promise<SrtListener> {
  const socket = createSocket({ type: isIPv6(options.host.replace(/^\[|\]$/g, '')) ? 'udp6' : 'udp4' })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    const { fd, host, port } = options
    socket.bind(fd === undefined ? { port, address: host.replace(/^\[|\]$/g, ''), exclusive: true } : { fd, exclusive: true }, () => {
      socket.off('error', reject)
      resolve()
    })
  })
  // A send to a caller that is gone must not end the host.
  socket.on('error', () => undefined)
  try {
    socket.setRecvBufferSize(socketBufferBytes)
    socket.setSendBufferSize(socketBufferBytes)
  } catch {
    // Systems that reject the size keep their own.
  }
  return new Endpoint(socket, options)
}

class Endpoint implements SrtListener {
  readonly port: number
  readonly #socket: Socket
  readonly #options: SrtListenerOptions
  readonly #cookies = new SynCookies()
  readonly #links = new Map<number, Kept>()
  /** By IP address, port and socket id of the caller, for repeated conclusions. */
  readonly #byCaller = new Map<string, number>()
  readonly #waiting = new Set<string>()
  readonly #perAddress = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(socket: Socket, options: SrtListenerOptions) {
    this.#socket = socket
    this.#options = options
    this.port = socket.address().port
    socket.on('message', (packet, from) => {
      try {
        this.#onDatagram(packet, from)
      } catch (error) {
        this.#options.onFailure?.(error)
      }
    })
  }

  connections(): number {
    return this.#links.size
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    for (const { link } of [...this.#links.values()]) link.end('closed')
    this.#stopped = true
    clearInterval(this.#timer)
    // Goodbyes are on their way when their callbacks run; closing before loses them.
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
  }

  #onDatagram(packet: Buffer, from: RemoteInfo): void {
    if (packet.length < srtHeaderBytes || this.#stopped) return
    const id = packet.readUInt32BE(12)
    if (id !== 0) {
      const kept = this.#links.get(id)
      // Datagrams from another IP address than the caller's are not for its connection.
      if (kept === undefined || kept.port !== from.port || kept.address !== from.address) return
      this.#guarded(kept.link, () => kept.link.onPacket(packet, performance.now()))
      return
    }
    if (packet.readUInt16BE(0) !== (0x8000 | SrtControl.handshake)) return
    const body = packet.subarray(srtHeaderBytes)
    const handshake = readHandshake(body)
    if (isFault(handshake)) return
    if (handshake.type === SrtHandshakeType.induction) this.#induce(handshake, from)
    else if (handshake.type === SrtHandshakeType.conclusion) this.#conclude(handshake, body, packet.readUInt32BE(8), from)
  }

  /** Nothing is kept of the first handshake: the cookie comes back with the second. The answer is no longer than the question. */
  #induce(handshake: SrtHandshake, from: RemoteInfo): void {
    const cookie = this.#cookies.make(from.address, from.port, Date.now())
    const answer = { ...handshake, version: 5, encryption: 0, extensionField: srtMagic, cookie }
    this.#handshake(writeHandshake(answer, from.address), handshake.socketId, from)
  }

  #conclude(handshake: SrtHandshake, body: Buffer, timeUs: number, from: RemoteInfo): void {
    if (!this.#cookies.fits(handshake.cookie, from.address, from.port, Date.now())) return
    const caller = `${from.address} ${from.port} ${handshake.socketId}`
    const known = this.#links.get(this.#byCaller.get(caller) ?? 0)
    if (known !== undefined) {
      this.#socket.send(known.answer, from.port, from.address)
      return
    }
    if (this.#waiting.has(caller)) return
    const examined = this.#examine(handshake, body, from)
    if (typeof examined === 'number') {
      this.#options.onRejected?.(examined, joinHostPort(from.address, from.port))
      this.#refuse(handshake, examined, from)
      return
    }
    const { extensions, parameters, cipher } = examined
    this.#waiting.add(caller)
    this.#perAddress.set(from.address, (this.#perAddress.get(from.address) ?? 0) + 1)
    const streamId = extensions.streamId ?? ''
    const arrivedMs = performance.now()
    this.#options
      .onCaller({
        streamId,
        remoteAddress: joinHostPort(from.address, from.port),
        address: from.address,
        encrypted: cipher !== undefined,
        peerVersion: versionText(parameters.version),
      })
      .then((answer) => {
        this.#waiting.delete(caller)
        if ('open' in answer && !this.#stopped) {
          this.#open(caller, handshake, extensions, cipher, { timeUs, arrivedMs }, from, answer.open)
          return
        }
        this.#release(from.address)
        if ('reject' in answer) this.#refuse(handshake, answer.reject, from)
        else answer.abandon?.()
      })
  }

  /** The request in a conclusion, or the code that it is rejected with. */
  #examine(
    handshake: SrtHandshake,
    body: Buffer,
    from: RemoteInfo,
  ): { extensions: SrtExtensions; parameters: SrtParameters; cipher: SrtCipher | undefined } | number {
    if (handshake.version !== 5) return SrtReject.version
    const extensions = readExtensions(body)
    if (isFault(extensions)) return SrtReject.rogue
    const { parameters } = extensions
    if (parameters === undefined || handshake.socketId === 0) return SrtReject.rogue
    if (parameters.version < oldestVersion) return SrtReject.version
    if (extensions.group) return SrtReject.group
    if (extensions.congestion !== undefined && extensions.congestion !== 'live') return SrtReject.congestion
    const { connections, connectionsPerAddress } = this.#options
    const full = this.#links.size + this.#waiting.size >= connections || this.#waiting.size >= maxWaiting
    if (full || (this.#perAddress.get(from.address) ?? 0) >= connectionsPerAddress(from.address)) return SrtReject.resource
    const cipher = this.#openCipher(extensions)
    return typeof cipher === 'number' ? cipher : { extensions, parameters, cipher }
  }

  /** The keys of a caller; undefined where nothing is encrypted, a code where the two sides do not agree. */
  #openCipher(extensions: SrtExtensions): SrtCipher | number | undefined {
    const { passphrase } = this.#options
    const message = extensions.keyMaterial
    if (message === undefined || message.length <= 4) return passphrase === '' ? undefined : SrtReject.unsecure
    if (passphrase === '') return SrtReject.unsecure
    const cipher = SrtCipher.open(passphrase, message)
    if (cipher === 'malformed') return SrtReject.rogue
    return cipher === 'bad-secret' ? SrtReject.badSecret : cipher
  }

  #open(
    caller: string,
    handshake: SrtHandshake,
    extensions: SrtExtensions,
    receiveCipher: SrtCipher | undefined,
    arrival: { timeUs: number; arrivedMs: number },
    from: RemoteInfo,
    open: (connection: SrtConnection) => void,
  ): void {
    const options = this.#options
    const parameters = extensions.parameters!
    let id = randomInt(1, 0x3fffffff)
    while (this.#links.has(id)) id = randomInt(1, 0x3fffffff)
    // Each direction has the larger delay of what its two ends ask for (section 4.4).
    const receiveLatencyMs = Math.max(options.latencyMs, parameters.sendLatencyMs)
    const sendLatencyMs = Math.max(options.latencyMs, parameters.receiveLatencyMs)
    const content = parametersContent({ version: ownVersion, flags: liveFlags, receiveLatencyMs, sendLatencyMs })
    const answers = [extension(SrtExtension.hsResponse, content)]
    if (receiveCipher && extensions.keyMaterial) answers.push(extension(SrtExtension.kmResponse, extensions.keyMaterial))
    const answer = writeHandshake(
      {
        version: 5,
        encryption: 0,
        extensionField: receiveCipher ? 3 : 1,
        sequence: handshake.sequence,
        mtu: Math.min(datagramBytes, handshake.mtu),
        flowWindow: srtWindowPackets,
        type: SrtHandshakeType.conclusion,
        socketId: id,
        cookie: handshake.cookie,
      },
      from.address,
      answers,
    )
    const packet = controlPacket(SrtControl.handshake, 0, 0, 0, handshake.socketId, answer)
    const nowMs = performance.now()
    const link = new SrtLink({
      wire: (datagram) => {
        if (!this.#stopped) this.#socket.send(datagram, from.port, from.address)
      },
      ownSocketId: id,
      peerSocketId: handshake.socketId,
      sendSequence: handshake.sequence,
      receiveSequence: handshake.sequence,
      receiveLatencyMs,
      sendLatencyMs,
      receiveCipher,
      sendCipher: receiveCipher?.twin(),
      startMs: nowMs,
      nowMs: arrival.arrivedMs,
      peerTimeUs: arrival.timeUs,
      idleMs: options.idleMs,
      queueBytes: options.queueBytes,
      ...(options.keyPackets === undefined ? {} : { keyPackets: options.keyPackets }),
      remoteAddress: joinHostPort(from.address, from.port),
      streamId: extensions.streamId ?? '',
    })
    link.onGone = () => {
      this.#links.delete(id)
      this.#byCaller.delete(caller)
      this.#release(from.address)
      if (this.#links.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    this.#links.set(id, { link, address: from.address, port: from.port, answer: packet })
    this.#byCaller.set(caller, id)
    this.#socket.send(packet, from.port, from.address)
    this.#timer ??= repeat(srtTickMs, () => this.#tick())
    open(link)
  }

  #tick(): void {
    const nowMs = performance.now()
    for (const { link } of this.#links.values()) this.#guarded(link, () => link.tick(nowMs))
  }

  /** What a connection throws ends it alone. */
  #guarded(link: SrtLink, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#options.onFailure?.(error)
      link.end('broken')
    }
  }

  #release(address: string): void {
    const left = (this.#perAddress.get(address) ?? 1) - 1
    if (left > 0) this.#perAddress.set(address, left)
    else this.#perAddress.delete(address)
  }

  #refuse(handshake: SrtHandshake, code: number, from: RemoteInfo): void {
    const answer = { ...handshake, version: 5, encryption: 0, extensionField: 0, type: 1000 + code }
    this.#handshake(writeHandshake(answer, from.address), handshake.socketId, from)
  }

  #handshake(body: Buffer, socketId: number, from: RemoteInfo): void {
    if (this.#stopped) return
    this.#socket.send(controlPacket(SrtControl.handshake, 0, 0, 0, socketId, body), from.port, from.address)
  }
}

function versionText(version: number): string {
  return `${(version >> 16) & 255}.${(version >> 8) & 255}.${version & 255}`
}
