import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isFault } from '../../../../formats/fault.ts'
import {
  extension,
  parametersContent,
  readExtensions,
  readHandshake,
  type SrtHandshake,
  SrtHandshakeType,
  SrtReject,
  srtMagic,
  srtStreamIdBytes,
  textContent,
  writeHandshake,
} from '../../../../formats/srt/srt-handshake.ts'
import { controlPacket, SrtControl, SrtExtension, srtHeaderBytes } from '../../../../formats/srt/srt-packet.ts'
import { joinHostPort } from '../../../../platform/net/ip-address.ts'
import { repeat } from '../../../../platform/timing/repeat.ts'
import { type KeyBytes, passphraseLength, SrtCipher } from './cipher.ts'
import type { SrtConnection } from './connection.ts'
import { SrtLink, srtTickMs, srtWindowPackets } from './link.ts'
import { datagramBytes, liveFlags, ownVersion, socketBufferBytes } from './settings.ts'

export interface SrtCallOptions {
  readonly host: string
  readonly port: number
  readonly streamId?: string
  /** 10 to 79 characters; empty or absent for none. */
  readonly passphrase?: string
  /** Length of the key in bytes where there is a passphrase; 16 where absent. */
  readonly keyBytes?: KeyBytes
  /** Least delay of delivery in both directions, ms; 200 where absent. */
  readonly latencyMs?: number
  /** How long to try, ms; 5000 where absent. */
  readonly timeoutMs?: number
  readonly idleMs?: number
  readonly queueBytes?: number
  /** Packets after which the key is changed. */
  readonly keyPackets?: number
  /** Where the call goes, instead of what the name server says of `host`. */
  readonly resolve?: () => Promise<{ readonly address: string; readonly family: number } | undefined>
  /** Gives up at once when aborted. */
  readonly signal?: AbortSignal
}

/** Why a call failed; `rejectCode` is one of `SrtReject` if the listener sent it; `cause` is the error of the name server. */
export class SrtCallError extends Error {
  readonly rejectCode: number | undefined

  constructor(message: string, rejectCode?: number, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SrtCallError'
    this.rejectCode = rejectCode
  }
}

const retryMs = 250

/** Calls a listener. Rejects with `SrtCallError` where it does not answer in time, rejects, or the options cannot be. */
export async function connectSrt(options: SrtCallOptions): Promise<SrtConnection> {
  const { passphrase = '', streamId = '' } = options
  if (passphrase !== '' && (passphrase.length < passphraseLength.min || passphrase.length > passphraseLength.max))
    throw new SrtCallError('A passphrase of SRT has 10 to 79 characters')
  if (Buffer.byteLength(streamId) > srtStreamIdBytes) throw new SrtCallError('A stream id of SRT has at most 512 bytes')
  let target: { readonly address: string; readonly family: number }
  try {
    target = (await options.resolve?.()) ?? (await lookup(options.host.replace(/^\[|\]$/g, '')))
  } catch (cause) {
    throw new SrtCallError(`${options.host} is not known: ${(cause as Error).message}`, undefined, { cause })
  }
  const socket = createSocket(target.family === 6 ? 'udp6' : 'udp4')
  return new Promise((resolve, reject) => {
    const call = new Call(socket, target.address, options, resolve, (error) => {
      socket.removeAllListeners('error')
      socket.on('error', () => undefined)
      closeQuietly(socket)
      reject(error)
    })
    call.start()
  })
}

class Call {
  readonly #socket: Socket
  readonly #address: string
  readonly #options: SrtCallOptions
  readonly #done: (connection: SrtConnection) => void
  readonly #fail: (error: SrtCallError) => void
  readonly #startMs = performance.now()
  readonly #socketId = randomInt(1, 0x3fffffff)
  readonly #sequence = randomInt(0, 0x7fffffff)
  readonly #cipher: SrtCipher | undefined
  readonly #latencyMs: number
  #packet: Buffer
  #phase: 'induction' | 'conclusion' | 'over' = 'induction'
  #timer: NodeJS.Timeout | undefined
  #link: SrtLink | undefined

  constructor(
    socket: Socket,
    address: string,
    options: SrtCallOptions,
    done: (connection: SrtConnection) => void,
    fail: (error: SrtCallError) => void,
  ) {
    this.#socket = socket
    this.#address = address
    this.#options = options
    this.#done = done
    this.#fail = fail
    this.#latencyMs = options.latencyMs ?? 200
    this.#cipher = options.passphrase ? SrtCipher.create(options.passphrase, options.keyBytes ?? 16) : undefined
    this.#packet = this.#handshake({ version: 4, encryption: 0, extensionField: 2, type: SrtHandshakeType.induction, cookie: 0 }, [])
  }

  start(): void {
    const { signal, timeoutMs = 5000 } = this.#options
    if (signal?.aborted) {
      this.#giveUp(new SrtCallError('The call was given up'))
      return
    }
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.#socket.on('error', (error) => {
      if (this.#link) this.#link.end('broken')
      else this.#giveUp(new SrtCallError(`The call failed: ${error.message}`))
    })
    this.#socket.on('message', (packet) => this.#guarded(() => this.#onPacket(packet)))
    const startedMs = performance.now()
    this.#socket.connect(this.#options.port, this.#address, () => {
      if (this.#phase === 'over') return
      try {
        this.#socket.setRecvBufferSize(socketBufferBytes)
        this.#socket.setSendBufferSize(socketBufferBytes)
      } catch {
        // Systems that reject the size keep their own.
      }
      this.#socket.send(this.#packet)
      this.#timer = repeat(retryMs, () => {
        if (performance.now() - startedMs > timeoutMs) this.#giveUp(new SrtCallError('The listener does not answer', SrtReject.timeout))
        else this.#socket.send(this.#packet)
      })
    })
  }

  readonly #onAbort = (): void => {
    if (this.#link) this.#link.end('closed')
    else this.#giveUp(new SrtCallError('The call was given up'))
  }

  /** What a listener's packet makes fail ends its own call alone. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error))
      if (this.#link) this.#link.end('broken')
      else this.#giveUp(new SrtCallError('The answer of the listener could not be read', SrtReject.rogue, { cause: error }))
    }
  }

  #onPacket(packet: Buffer): void {
    if (packet.length < srtHeaderBytes || packet.readUInt32BE(12) !== this.#socketId) return
    if (packet.readUInt16BE(0) !== (0x8000 | SrtControl.handshake)) {
      this.#link?.onPacket(packet, performance.now())
      return
    }
    if (this.#phase === 'over') return
    const body = packet.subarray(srtHeaderBytes)
    const handshake = readHandshake(body)
    if (isFault(handshake)) return
    if (handshake.type >= 1000 && handshake.type < 0x80000000) {
      this.#giveUp(rejection(handshake.type - 1000))
    } else if (this.#phase === 'induction' && handshake.type === SrtHandshakeType.induction) {
      this.#conclude(handshake)
    } else if (this.#phase === 'conclusion' && handshake.type === SrtHandshakeType.conclusion) {
      this.#open(handshake, body, packet.readUInt32BE(8))
    }
  }

  #conclude(answer: SrtHandshake): void {
    if (answer.version !== 5 || answer.extensionField !== srtMagic) {
      this.#giveUp(new SrtCallError('The listener speaks an older version of SRT', SrtReject.version))
      return
    }
    const latency = this.#latencyMs
    const content = parametersContent({ version: ownVersion, flags: liveFlags, receiveLatencyMs: latency, sendLatencyMs: latency })
    const extensions = [extension(SrtExtension.hsRequest, content)]
    let flags = 1
    if (this.#cipher) {
      flags |= 2
      extensions.push(extension(SrtExtension.kmRequest, this.#cipher.message(1)))
    }
    if (this.#options.streamId) {
      flags |= 4
      extensions.push(extension(SrtExtension.streamId, textContent(this.#options.streamId)))
    }
    this.#phase = 'conclusion'
    const encryption = (this.#cipher?.keyBytes ?? 0) >> 3
    const { cookie } = answer
    this.#packet = this.#handshake({ version: 5, encryption, extensionField: flags, type: SrtHandshakeType.conclusion, cookie }, extensions)
    this.#socket.send(this.#packet)
  }

  #open(answer: SrtHandshake, body: Buffer, timeUs: number): void {
    const extensions = readExtensions(body)
    if (isFault(extensions) || extensions.parameters === undefined) {
      this.#giveUp(new SrtCallError('The answer of the listener is malformed', SrtReject.rogue))
      return
    }
    if (this.#cipher && (extensions.keyMaterial === undefined || extensions.keyMaterial.length <= 4)) {
      this.#giveUp(
        rejection(extensions.keyMaterial?.at(-1) === 4 || extensions.keyMaterial?.[0] === 4 ? SrtReject.badSecret : SrtReject.unsecure),
      )
      return
    }
    this.#settle()
    const { parameters } = extensions
    const { idleMs = 5000, queueBytes = 8 * 1024 * 1024, keyPackets, host, port, streamId = '' } = this.#options
    const socket = this.#socket
    const nowMs = performance.now()
    const link = new SrtLink({
      wire: (packet) => socket.send(packet),
      ownSocketId: this.#socketId,
      peerSocketId: answer.socketId,
      sendSequence: this.#sequence,
      receiveSequence: answer.sequence,
      receiveLatencyMs: Math.max(this.#latencyMs, parameters.sendLatencyMs),
      sendLatencyMs: Math.max(this.#latencyMs, parameters.receiveLatencyMs),
      sendCipher: this.#cipher,
      receiveCipher: this.#cipher?.twin(),
      startMs: this.#startMs,
      nowMs,
      peerTimeUs: timeUs,
      idleMs,
      queueBytes,
      ...(keyPackets === undefined ? {} : { keyPackets }),
      remoteAddress: joinHostPort(host, port),
      streamId,
    })
    this.#link = link
    const timer = repeat(srtTickMs, () => this.#guarded(() => link.tick(performance.now())))
    link.onGone = () => {
      clearInterval(timer)
      this.#options.signal?.removeEventListener('abort', this.#onAbort)
      // The goodbye leaves before the socket does.
      setImmediate(() => closeQuietly(socket))
    }
    this.#done(link)
  }

  #giveUp(error: SrtCallError): void {
    if (this.#phase === 'over') return
    this.#settle()
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#fail(error)
  }

  #settle(): void {
    this.#phase = 'over'
    clearInterval(this.#timer)
  }

  #handshake(
    part: Pick<SrtHandshake, 'version' | 'encryption' | 'extensionField' | 'type' | 'cookie'>,
    extensions: readonly Uint8Array[],
  ): Buffer {
    const body = writeHandshake(
      { ...part, sequence: this.#sequence, mtu: datagramBytes, flowWindow: srtWindowPackets, socketId: this.#socketId },
      this.#address,
      extensions,
    )
    return controlPacket(SrtControl.handshake, 0, 0, ((performance.now() - this.#startMs) * 1000) % 2 ** 32, 0, body)
  }
}

function rejection(code: number): SrtCallError {
  const known: Readonly<Record<number, string>> = {
    [SrtReject.badSecret]: 'The passphrase is wrong',
    [SrtReject.unsecure]: 'One side has a passphrase and the other has none',
    [SrtReject.resource]: 'The listener has no free place',
    [SrtReject.unauthorized]: 'The stream id is not accepted',
    [SrtReject.forbidden]: 'The stream id is not accepted',
    [SrtReject.notFound]: 'There is no such stream',
    [SrtReject.conflict]: 'Another publisher is live',
  }
  return new SrtCallError(`${known[code] ?? 'The listener rejected the call'} (SRT code ${code})`, code)
}

function closeQuietly(socket: Socket): void {
  try {
    socket.close()
  } catch {
    // It is closed already.
  }
}
