import { Type } from 'typebox'
import { AppError, errorKinds } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { defineSocket, type SocketClient, type SocketDefinition, type SocketSession } from '../../../platform/routes/sockets.ts'
import { GuestReturn, type GuestReturnDependencies } from './guest-return.ts'
import type { GuestConnection, GuestState, Guests } from './guests.ts'
import type { JoinAttempts } from './join-attempts.ts'
import { errorMessage, maxMessageBytes, readMessage } from './socket-messages.ts'

export interface GuestSocketDependencies extends GuestReturnDependencies {
  readonly guests: Guests
  readonly attempts: JoinAttempts
  readonly log: Logger
}

/** ms until the guest must have said who they are. */
const helloMs = 15_000
/** Sockets of people who have not proved an invitation are open for that long at most. */
const maxClients = 64
const maxName = 60
/** ms between two offers of one guest. */
const offerMs = 500
/** ms between two changes of a guest's devices that others see: each is an event. */
const devicesMs = 300

/**
 * The one endpoint for guests: no sign-in, but the key of their link, and what it opens is what this socket offers: their own state, and the
 * program without their own voice.
 */
export function guestSocket(dependencies: GuestSocketDependencies): SocketDefinition {
  return defineSocket({
    path: '/studio/guest',
    tag: 'studio',
    summary: 'A guest of the show: their state, and the program without their own voice, as WebSocket messages: docs/studio-guests.md',
    role: 'none',
    query: Type.Object({}),
    maxClients,
    maxMessageBytes,
    accept:
      ({ remoteAddress }) =>
      (client) =>
        new GuestSession(client, remoteAddress, dependencies),
  })
}

class GuestSession implements SocketSession, GuestConnection {
  name = ''
  camera = false
  microphone = false
  receives = false
  readonly #client: SocketClient
  readonly #remoteAddress: string
  readonly #dependencies: GuestSocketDependencies
  readonly #late: NodeJS.Timeout
  #return: GuestReturn | undefined
  #leave: (() => void) | undefined
  #offeredAt = Number.NEGATIVE_INFINITY
  #sent = ''
  #devices = { camera: false, microphone: false }
  #devicesTimer: NodeJS.Timeout | undefined
  #knowsDevices = false

  constructor(client: SocketClient, remoteAddress: string, dependencies: GuestSocketDependencies) {
    this.#client = client
    this.#remoteAddress = remoteAddress
    this.#dependencies = dependencies
    this.#late = setTimeout(() => client.close(4408, 'no hello came'), helloMs)
  }

  onMessage(text: string): void {
    const message = readMessage(text)
    if (this.#leave === undefined) {
      if (message?.type === 'hello') this.#join(message)
      else if (message?.type === 'check') this.#check(message)
      else this.#reject(new AppError('request.invalid', 'The first message is a JSON object of type hello or check'))
      return
    }
    switch (message?.type) {
      case 'devices':
        this.#devices = { camera: message.camera === true, microphone: message.microphone === true }
        this.#devicesTimer ??= setTimeout(() => this.#takeDevices(), this.#knowsDevices ? devicesMs : 0)
        break
      case 'offer':
        void this.#answer(message.sdp)
        break
      default:
        this.#reject(new AppError('request.invalid', 'A message is a JSON object of type devices or offer'))
    }
  }

  onClose(): void {
    clearTimeout(this.#late)
    clearTimeout(this.#devicesTimer)
    this.#return?.close()
    this.#leave?.()
  }

  onState(state: GuestState): void {
    // What is opened later is another program: the guest asks again.
    if (!state.program) this.#return?.close()
    this.#setReceives()
    const text = JSON.stringify({ type: 'state', state })
    if (text === this.#sent) return
    this.#sent = text
    this.#client.send(text)
  }

  onEnd(error: AppError): void {
    this.#leave = () => undefined
    this.#return?.close()
    this.#reject(error)
  }

  #takeDevices(): void {
    this.#devicesTimer = undefined
    this.#knowsDevices = true
    Object.assign(this, this.#devices)
    this.#dependencies.guests.changed()
  }

  /** Says whether the link opens anything, before the page asks for a camera; nobody has joined. */
  #check({ key }: Readonly<Record<string, unknown>>): void {
    try {
      this.#admit(key)
      this.#client.send(JSON.stringify({ type: 'valid' }))
      this.#client.close(1000, 'the link is valid')
    } catch (error) {
      this.#reject(error)
    }
  }

  #join({ key, name }: Readonly<Record<string, unknown>>): void {
    const { guests } = this.#dependencies
    try {
      const given = typeof name === 'string' ? name.toWellFormed().trim().slice(0, maxName) : ''
      if (given === '') throw new AppError('request.invalid', 'A guest has a name')
      const id = this.#admit(key)
      clearTimeout(this.#late)
      this.name = given
      this.#return = new GuestReturn(this.#dependencies, id, () => {
        this.#setReceives()
        this.#client.send(JSON.stringify({ type: 'return-ended' }))
      })
      this.#leave = guests.connect(id, this)
    } catch (error) {
      this.#reject(error)
    }
  }

  /** Whose key it is. A good key opens whatever others tried from the same IP address. */
  #admit(key: unknown): string {
    const { guests, attempts } = this.#dependencies
    try {
      if (typeof key !== 'string' || key.length > 200) throw new AppError('studio.guest_unknown')
      return guests.admit(key)
    } catch (error) {
      const isGuess = error instanceof AppError && error.code === 'studio.guest_unknown'
      const isBlocked = isGuess && attempts.isBlocked(this.#remoteAddress)
      if (isGuess) attempts.failed(this.#remoteAddress)
      throw isBlocked ? new AppError('auth.too_many_attempts') : error
    }
  }

  async #answer(sdp: unknown): Promise<void> {
    try {
      const now = performance.now()
      if (now - this.#offeredAt < offerMs) throw new AppError('webrtc.too_many_offers')
      this.#offeredAt = now
      if (typeof sdp !== 'string') throw new AppError('webrtc.sdp_invalid', 'The offer has no sdp')
      const { sdp: answer, iceServers } = await (this.#return as GuestReturn).answer(sdp)
      this.#client.send(JSON.stringify({ type: 'answer', sdp: answer, iceServers }))
    } catch (error) {
      if (!(error instanceof AppError)) this.#dependencies.log.error({ err: error }, 'a guest cannot be sent the program')
      this.#client.send(errorMessage(error))
    }
    this.#setReceives()
  }

  #setReceives(): void {
    const receives = this.#return?.isOpen === true
    if (receives === this.receives) return
    this.receives = receives
    this.#dependencies.guests.changed()
  }

  /** Says why, and ends the connection: the page asks again only where that may help. */
  #reject(error: unknown): void {
    if (!(error instanceof AppError)) this.#dependencies.log.error({ err: error }, 'a guest cannot join')
    const code = error instanceof AppError ? error.code : 'internal'
    this.#client.send(errorMessage(error))
    this.#client.close(4400 + (errorKinds[code].status % 100), code)
  }
}
