import { randomBytes } from 'node:crypto'
import type { RawData, WebSocket } from 'ws'
import type { MessageEncoding } from '../../../formats/obs-websocket/message-encoding.ts'
import {
  type CloseCode,
  closeCode,
  eventIntents,
  type ObsEventType,
  opCode,
  protocolVersion,
  rpcVersion,
  usualSubscriptions,
} from '../../../formats/obs-websocket/protocol.ts'
import type { Logger } from '../../../platform/logger.ts'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import type { ProtocolClient } from '../clients/client-schemas.ts'
import { obsVersion } from '../obs-version.ts'
import type { Caller } from '../requests/request-kind.ts'
import type { Answer, RequestRunner } from '../requests/request-runner.ts'
import { actorOf } from './actor.ts'
import { readBatch, runBatch } from './batch.ts'
import { ProtocolFault } from './protocol-fault.ts'

/** Time to identify in, ms. Who waits for the answer of a person has more. */
const identifyMs = 10_000
/** Requests and batches of one client that are being answered. What is more waits in the network. */
const maxOpen = 32
/** Messages that are read in one window. */
const maxMessages = 300
const windowMs = 100
/** What may wait to be sent to a client before it counts as too slow, bytes: answers that it asked for, with images in them, and events. */
const maxWaitingBytes = { answers: 48 * 1024 * 1024, events: 8 * 1024 * 1024 } as const

export interface SessionDependencies {
  readonly socket: WebSocket
  readonly encoding: MessageEncoding
  /** IP address of the client. */
  readonly ip: string
  readonly runner: RequestRunner
  readonly log: Pick<Logger, 'error'>
  /** Who answers the challenge so; undefined for nobody. Takes as long as a person takes where pairing is open. */
  readonly authenticate: (
    answer: string,
    challenge: { readonly salt: string; readonly challenge: string },
    gone: AbortSignal,
  ) => Promise<ProtocolClient | undefined>
  readonly onIdentified: (session: Session) => void
  readonly onSubscribed: () => void
  /** It was disconnected because it read too slowly. */
  readonly onSlow: (session: Session) => void
}

/** A connection of a client: greets it, checks who it is, answers its requests and sends it events. */
export class Session {
  readonly #dependencies: SessionDependencies
  readonly #challenge = { challenge: randomBytes(32).toString('base64'), salt: randomBytes(32).toString('base64') }
  readonly #gone = new AbortController()
  readonly connectedAt = new Date().toISOString()
  #client: ProtocolClient | undefined
  /** It identified, and is being checked. */
  #asking = false
  #subscriptions = 0
  #incoming = 0
  #outgoing = 0
  #open = 0
  #windowStartMs = 0
  #messages = 0
  #resume: NodeJS.Timeout | undefined
  readonly #late: NodeJS.Timeout

  constructor(dependencies: SessionDependencies) {
    this.#dependencies = dependencies
    const { socket } = dependencies
    socket.on('message', (data, binary) => this.#read(data, binary))
    socket.on('close', () => {
      clearTimeout(this.#late)
      clearTimeout(this.#resume)
      this.#gone.abort()
    })
    this.#late = setTimeout(() => {
      if (this.#client === undefined && !this.#asking) this.close('notIdentified', 'You did not identify in time.')
    }, identifyMs).unref()
    this.#send(opCode.hello, {
      obsStudioVersion: obsVersion,
      obsWebSocketVersion: protocolVersion,
      rpcVersion,
      authentication: this.#challenge,
    })
  }

  /** Undefined until it is known who it is. */
  get client(): ProtocolClient | undefined {
    return this.#client
  }

  get ip(): string {
    return this.#dependencies.ip
  }

  get encoding(): 'json' | 'msgpack' {
    return this.#dependencies.encoding.name
  }

  /** The client's rights changed: they hold for the next request. */
  update(client: ProtocolClient): void {
    this.#client = client
  }

  wants(bits: number): boolean {
    return this.#client !== undefined && (this.#subscriptions & bits) !== 0
  }

  /** Sends an event to a client that is subscribed to it. */
  event(type: ObsEventType, data: object | undefined): void {
    const intent = eventIntents[type]
    if (!this.wants(intent)) return
    this.#send(opCode.event, { eventType: type, eventIntent: intent, ...(data !== undefined && { eventData: data }) })
  }

  close(code: keyof typeof closeCode, reason: string): void {
    const { socket } = this.#dependencies
    // A reason has 123 bytes at most (RFC 6455, section 5.5).
    socket.close(closeCode[code] satisfies CloseCode, reason.slice(0, 120))
    // Nothing that was sent behind is of use any more, and who does not answer is not waited for.
    setTimeout(() => socket.terminate(), 2000).unref()
  }

  #read(data: RawData, binary: boolean): void {
    const { socket, encoding } = this.#dependencies
    if (socket.readyState !== socket.OPEN) return
    this.#incoming++
    this.#slow()
    this.#following(() => {
      const message = encoding.decode(data as Buffer, binary)
      if (message === undefined) throw new ProtocolFault('messageDecodeError', `Your message is not ${encoding.name} of this protocol.`)
      const { op, d } = message
      if (op === undefined) throw new ProtocolFault('unknownOpCode', 'Your message has no `op`.')
      if (typeof op !== 'number') throw new ProtocolFault('invalidDataFieldType', 'Your `op` is not a number.')
      if (!isRecord(d)) throw new ProtocolFault('invalidDataFieldType', 'Your `d` is not an object.')
      if (this.#client === undefined && op !== opCode.identify) {
        throw new ProtocolFault('notIdentified', 'You sent a message before you identified.')
      }
      this.#take(op, d)
    })
  }

  #take(op: number, d: Readonly<Record<string, unknown>>): void {
    switch (op) {
      case opCode.identify:
        this.#identify(d)
        break
      case opCode.reidentify:
        this.#subscribe(d)
        this.#send(opCode.identified, { negotiatedRpcVersion: rpcVersion })
        this.#dependencies.onSubscribed()
        break
      case opCode.request:
        this.#request(d)
        break
      case opCode.requestBatch:
        this.#batch(d)
        break
      default:
        throw new ProtocolFault('unknownOpCode', `Unknown OpCode: ${op}`)
    }
  }

  /** Does something of the protocol; a fault of the client closes the connection. */
  #following(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!(error instanceof ProtocolFault)) throw error
      this.close(error.code, error.message)
    }
  }

  #identify(d: Readonly<Record<string, unknown>>): void {
    if (this.#client !== undefined || this.#asking) throw new ProtocolFault('alreadyIdentified', 'You identified already: use Reidentify.')
    const { rpcVersion: version, authentication = '' } = d
    if (version === undefined) throw new ProtocolFault('missingDataField', 'Your `rpcVersion` is missing.')
    if (typeof version !== 'number') throw new ProtocolFault('invalidDataFieldType', 'Your `rpcVersion` is not a number.')
    if (version !== rpcVersion) throw new ProtocolFault('unsupportedRpcVersion', `This server speaks version ${rpcVersion}.`)
    if (typeof authentication !== 'string') throw new ProtocolFault('invalidDataFieldType', 'Your `authentication` is not a string.')
    this.#asking = true
    const { authenticate, log, onIdentified, onSubscribed } = this.#dependencies
    authenticate(authentication, this.#challenge, this.#gone.signal)
      .then((client) => {
        this.#asking = false
        if (this.#gone.signal.aborted) return
        this.#following(() => {
          if (client === undefined) throw new ProtocolFault('authenticationFailed', 'Authentication failed.')
          this.#subscribe(d)
          clearTimeout(this.#late)
          this.#client = client
          onIdentified(this)
          this.#send(opCode.identified, { negotiatedRpcVersion: rpcVersion })
          onSubscribed()
        })
      })
      .catch((error: unknown) => {
        log.error({ err: error }, 'an OBS protocol client could not be identified')
        this.close('authenticationFailed', 'The server failed.')
      })
  }

  #subscribe({ eventSubscriptions = usualSubscriptions }: Readonly<Record<string, unknown>>): void {
    if (typeof eventSubscriptions !== 'number' || !Number.isInteger(eventSubscriptions)) {
      throw new ProtocolFault('invalidDataFieldType', 'Your `eventSubscriptions` is not an unsigned number.')
    }
    this.#subscriptions = eventSubscriptions
  }

  #request({ requestType, requestId, requestData }: Readonly<Record<string, unknown>>): void {
    if (requestType === undefined) throw new ProtocolFault('missingDataField', 'Your `requestType` is missing.')
    if (typeof requestType !== 'string') throw new ProtocolFault('invalidDataFieldType', 'Your `requestType` is not a string.')
    if (requestId === undefined) throw new ProtocolFault('missingDataField', 'Your `requestId` is missing.')
    this.#work(async () => {
      const answer = await this.#dependencies.runner.run(requestType, requestData, this.#caller())
      this.#send(opCode.requestResponse, { requestType, requestId, ...answerFields(answer) })
    })
  }

  #batch(d: Readonly<Record<string, unknown>>): void {
    const batch = readBatch(d)
    this.#work(async () => {
      const { runner } = this.#dependencies
      const results = await runBatch(batch, (request, data) => runner.run(request, data, this.#caller()), this.#gone.signal)
      this.#send(opCode.requestBatchResponse, {
        requestId: batch.requestId,
        results: results.map(({ requestType, requestId, answer }) => ({
          requestType,
          ...(requestId !== undefined && { requestId }),
          ...answerFields(answer),
        })),
      })
    })
  }

  #caller(): Caller {
    const client = this.#client as ProtocolClient
    return {
      principal: { id: actorOf(client), role: client.right === 'view' ? 'viewer' : 'editor' },
      right: client.right,
      incoming: this.#incoming,
      outgoing: this.#outgoing,
    }
  }

  #work(work: () => Promise<void>): void {
    const { socket, log } = this.#dependencies
    this.#open++
    if (this.#open >= maxOpen) socket.pause()
    work()
      .catch((error: unknown) => {
        log.error({ err: error }, 'a request of an OBS protocol client was not answered')
        this.close('unsupportedFeature', 'The server failed on your request.')
      })
      .finally(() => {
        this.#open--
        if (this.#open < maxOpen && this.#resume === undefined) socket.resume()
      })
  }

  /** Reads no faster than a person and their programs need: what is more waits in the network. */
  #slow(): void {
    const { socket } = this.#dependencies
    const nowMs = performance.now()
    if (nowMs - this.#windowStartMs > windowMs) {
      this.#windowStartMs = nowMs
      this.#messages = 0
    }
    this.#messages++
    if (this.#messages < maxMessages || this.#resume !== undefined) return
    socket.pause()
    this.#resume = setTimeout(() => {
      this.#resume = undefined
      if (this.#open < maxOpen) socket.resume()
    }, windowMs).unref()
  }

  #send(op: number, d: object): void {
    const { socket, encoding, onSlow } = this.#dependencies
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > maxWaitingBytes[op === opCode.event ? 'events' : 'answers']) {
      socket.terminate()
      onSlow(this)
      return
    }
    this.#outgoing++
    socket.send(encoding.encode({ op, d }))
  }
}

function answerFields({ code, comment, data }: Answer): object {
  return {
    requestStatus: { result: code === 100, code, ...(comment !== undefined && { comment }) },
    ...(data !== undefined && { responseData: data }),
  }
}
