import { Duplex } from 'node:stream'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { AppError, type ErrorCode, errorKinds } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { PendingReplies } from '../../platform/workers/pending-replies.ts'
import { type RestartPolicy, restartDelayMs, type SupervisedWorker } from '../../platform/workers/supervise-worker.ts'
import type { OpenChannel } from './user-channel.ts'
import { fromUser, maxJsonBytes, readUserWire, readWithBytes, toUser, withBytes, writeFrame, writeMessage } from './user-wire.ts'

/** Requests of one user that are not answered yet. */
const maxPending = 200
/** What the process of a user does not take is not kept: it hangs, bytes. */
const maxUnsentBytes = 64 * 1024 * 1024
/** Starting a display takes a second; a machine under load many times as much. ms */
const usualReplyMs = 45_000
/** Documents that the displays of one user announce in a minute: each is kept in the audit log. */
const maxPrinted = 60
const minuteMs = 60_000
/** How a connection that was lost is opened again while somebody looks. */
const reopen: RestartPolicy = { firstMs: 200, maxMs: 10_000, goodAfterMs: 10_000 }

const FailureSchema = Type.Object({ code: Type.String({ maxLength: 80 }), message: Type.String({ maxLength: 1000 }) })
const EventSchema = Type.Object({
  event: Type.Union([Type.Literal('started'), Type.Literal('ready'), Type.Literal('ended'), Type.Literal('message')]),
  message: Type.Optional(Type.Unknown()),
})
const PrintedSchema = Type.Object({
  display: Type.String({ maxLength: 80 }),
  name: Type.String({ maxLength: 255 }),
  path: Type.String({ maxLength: 4096 }),
})
export type PrintedByUser = Static<typeof PrintedSchema>

interface Reply {
  readonly value: unknown
  readonly bytes: Buffer
}

/** How a worker that runs as another user is followed: as one that the host started itself. */
export interface UserWorkerOptions {
  /** What the process of the user is asked to show. */
  readonly params: object
  /** Whatever it says; the receiver checks it. */
  readonly onMessage: (message: unknown) => void
  readonly onReady: () => void
  readonly onExit: () => void
  readonly onMediaPipe: (pipe: Duplex) => void
}

interface OpenWorker {
  readonly options: UserWorkerOptions
  pipe: Duplex | undefined
  opened: boolean
}

export interface UserLinkDependencies {
  readonly user: string
  readonly open: OpenChannel
  readonly log: Logger
  readonly onPrinted: (printed: PrintedByUser) => void
}

/** The process of one other user of this machine, which is started when something is asked of it, and again where it ends while it is needed. */
export class UserLink {
  readonly #dependencies: UserLinkDependencies
  readonly #pending = new PendingReplies<Reply>()
  readonly #workers = new Map<number, OpenWorker>()
  #channel: Promise<Duplex> | undefined
  #waiting = 0
  #nextWorker = 1
  #failures = 0
  #printed = { sinceMs: Number.NEGATIVE_INFINITY, count: 0 }
  #retry: NodeJS.Timeout | undefined
  #stopped = false

  constructor(dependencies: UserLinkDependencies) {
    this.#dependencies = dependencies
  }

  /** Nothing of this user is shown, and nothing was asked that is not answered. */
  get idle(): boolean {
    return this.#workers.size === 0 && this.#waiting === 0
  }

  /**
   * Asks the process of the user. The answer is checked: it may be anything.
   * @throws AppError `desktop.*` as the process says, `desktop.user_failed` where it does not answer properly
   */
  async ask<Schema extends TSchema>(method: string, params: object, schema: Schema, bytes?: Uint8Array): Promise<Static<Schema>> {
    return (await this.askBytes(method, params, schema, bytes)).value
  }

  /** The same, with the bytes that come along. */
  async askBytes<Schema extends TSchema>(
    method: string,
    params: object,
    schema: Schema,
    bytes?: Uint8Array,
  ): Promise<{ readonly value: Static<Schema>; readonly bytes: Buffer }> {
    if (this.#waiting >= maxPending) throw new AppError('desktop.busy', `${maxPending} requests wait for the process of a user`)
    this.#waiting++
    try {
      const channel = await this.#open()
      const reply = await this.#pending.request(
        (request) => this.#write(channel, toUser.request, request, withBytes({ method, params }, bytes)),
        usualReplyMs,
        () => this.#failed('it does not answer'),
      )
      if (!Value.Check(schema, reply.value)) throw this.#failed('it answers what is no answer')
      return { value: reply.value as Static<Schema>, bytes: reply.bytes }
    } finally {
      this.#waiting--
    }
  }

  /** Starts a worker as the user. It is started again where it ends, also with a new process of the user. */
  startWorker(options: UserWorkerOptions): SupervisedWorker<unknown> {
    const number = this.#nextWorker++
    this.#workers.set(number, { options, pipe: undefined, opened: false })
    this.#openWorkers()
    return {
      pid: undefined,
      send: (message) => {
        const worker = this.#workers.get(number)
        if (worker?.pipe === undefined || this.#channel === undefined) return false
        this.#channel.then((channel) => this.#write(channel, toUser.message, number, [writeMessage(message)])).catch(() => undefined)
        return true
      },
      stop: async () => {
        if (!this.#workers.delete(number)) return
        await this.#channel?.then((channel) => this.#write(channel, toUser.endWorker, number, [])).catch(() => undefined)
      },
    }
  }

  /** Ends the connection, and with it the process; displays and their programs go on. */
  close(): void {
    clearTimeout(this.#retry)
    const channel = this.#channel
    this.#channel = undefined
    channel?.then((open) => open.destroy()).catch(() => undefined)
  }

  stop(): void {
    this.#stopped = true
    this.#workers.clear()
    this.close()
  }

  #openWorkers(): void {
    this.#open()
      .then((channel) => {
        for (const [number, worker] of this.#workers) {
          if (worker.opened) continue
          worker.opened = true
          this.#write(
            channel,
            toUser.request,
            0,
            withBytes({ method: 'worker.open', params: { channel: number, ...worker.options.params } }),
          )
        }
      })
      .catch((error: unknown) => {
        this.#dependencies.log.warn({ err: error, user: this.#dependencies.user }, 'displays of a user cannot be shown')
        this.#openAgain()
      })
  }

  #openAgain(): void {
    if (this.#stopped || this.#workers.size === 0) return
    clearTimeout(this.#retry)
    this.#failures++
    this.#retry = setTimeout(() => this.#openWorkers(), restartDelayMs(reopen, this.#failures))
  }

  #open(): Promise<Duplex> {
    if (this.#stopped) return Promise.reject(this.#failed('the host stops'))
    if (this.#channel !== undefined) return this.#channel
    const { user, open } = this.#dependencies
    const opening = open(user).then(
      (channel) => {
        this.#listen(channel, opening)
        return channel
      },
      (error: unknown) => {
        if (this.#channel === opening) this.#channel = undefined
        throw error
      },
    )
    this.#channel = opening
    return opening
  }

  #listen(channel: Duplex, opening: Promise<Duplex>): void {
    const openedMs = performance.now()
    const lost = (why: string): void => {
      channel.destroy()
      if (this.#channel !== opening) return
      this.#channel = undefined
      if (performance.now() - openedMs >= reopen.goodAfterMs) this.#failures = 0
      this.#dependencies.log.debug({ user: this.#dependencies.user, why }, 'the process of a user is gone')
      this.#pending.rejectAll(() => this.#failed('it has ended'))
      for (const worker of this.#workers.values()) {
        worker.opened = false
        this.#ended(worker)
      }
      this.#openAgain()
    }
    channel.on('error', (error) => lost(error.message))
    channel.on('close', () => lost('it has ended'))
    channel.on('end', () => lost('it has ended'))
    readUserWire(
      channel,
      (kind, number, body) => this.#take(kind, number, body),
      (error) => {
        this.#dependencies.log.warn({ err: error, user: this.#dependencies.user }, 'the process of a user says what is malformed')
        lost(error.message)
      },
    )
  }

  /** Throws on a frame of an unknown kind or form, which ends the connection. */
  #take(kind: number, number: number, body: Buffer): void {
    if (kind === fromUser.media) {
      // The frame's memory is read again for the next one.
      this.#workers.get(number)?.pipe?.push(Buffer.from(body))
      return
    }
    if (kind === fromUser.reply) {
      const { value, bytes } = readWithBytes(body)
      this.#pending.resolve(number, { value, bytes: Buffer.from(bytes) })
      return
    }
    if (body.length > maxJsonBytes) throw new Error(`a message of ${body.length} bytes`)
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (kind === fromUser.failure && Value.Check(FailureSchema, value)) this.#pending.reject(number, this.#errorOf(value))
    else if (kind === fromUser.worker && Value.Check(EventSchema, value)) this.#follow(number, value)
    else if (kind === fromUser.printed && Value.Check(PrintedSchema, value)) this.#onPrinted(value)
    else throw new Error(`a message of kind ${kind}`)
  }

  #onPrinted(printed: PrintedByUser): void {
    const nowMs = performance.now()
    if (nowMs - this.#printed.sinceMs > minuteMs) this.#printed = { sinceMs: nowMs, count: 0 }
    if (++this.#printed.count > maxPrinted) throw new Error(`more than ${maxPrinted} documents in a minute`)
    this.#dependencies.onPrinted(printed)
  }

  #follow(number: number, { event, message }: Static<typeof EventSchema>): void {
    const worker = this.#workers.get(number)
    if (worker === undefined) return
    if (event === 'started') {
      this.#ended(worker)
      worker.pipe = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
      worker.options.onMediaPipe(worker.pipe)
    } else if (event === 'ready') {
      if (worker.pipe !== undefined) worker.options.onReady()
    } else if (event === 'ended') this.#ended(worker)
    else worker.options.onMessage(message)
  }

  #ended(worker: OpenWorker): void {
    if (worker.pipe === undefined) return
    worker.pipe.destroy()
    worker.pipe = undefined
    worker.options.onExit()
  }

  #write(channel: Duplex, kind: number, number: number, parts: readonly Uint8Array[]): void {
    if (channel.destroyed) return
    if (channel.writableLength > maxUnsentBytes) channel.destroy()
    else writeFrame(channel, kind, number, parts)
  }

  /** Errors of this part are passed on, without what they are about beside their message. */
  #errorOf({ code, message }: Static<typeof FailureSchema>): AppError {
    const known = code.startsWith('desktop.') && Object.hasOwn(errorKinds, code)
    return known ? new AppError(code as ErrorCode, message.replace(/\p{C}/gu, ' ')) : this.#failed(message.replace(/\p{C}/gu, ' '))
  }

  #failed(why: string): AppError {
    const { user } = this.#dependencies
    return new AppError('desktop.user_failed', `The process that runs as ${user}: ${why.slice(0, 300)}`, { details: { user } })
  }
}
