import type { ClientMessage } from '../../../src-main/desktop/sessions/client-message.ts'
import { InputSender } from './input-sender.ts'
import { RtcLink } from './rtc-link.ts'
import { prefersWebrtc, type RoundTrips, type Transport, type TransportChoice } from './transport-choice.ts'

/** Questions over each transport before one is chosen, and between two of them, ms. */
const questions = 12
const askEveryMs = 80
/** For answers to the last ones, ms. */
const answerMs = 600
/** Until a channel that failed is tried again, ms: each time twice as long. */
const firstRetryMs = 30_000
const maxRetryMs = 600_000

/** Messages that go over the WebSocket: those of the clipboard are in order with their data, which no data channel carries. */
const overSocket: readonly ClientMessage['kind'][] = ['ping', 'rtc-offer', 'transport', 'clipboard-read', 'clipboard-taken']

/** What may wait for the host's answer, bytes: the first messages of a display take a tenth of it. */
const maxEarlyBytes = 32 * 1024 * 1024

/** First byte of audio, which is of no use when it is late. */
const audioKind = 4

export type TransportMessage =
  | { readonly kind: 'rtc'; readonly near: boolean; readonly iceServers: readonly RTCIceServer[] }
  | { readonly kind: 'rtc-answer'; readonly sdp: string }
  | { readonly kind: 'rtc-failed' }
  | { readonly kind: 'transport'; readonly via: Transport; readonly taken: number }

export interface LinkTransportsOptions {
  readonly choice: TransportChoice
  /** Sends over the WebSocket. */
  readonly sendText: (text: string) => void
  readonly onMessage: (message: ArrayBuffer) => void
  /** The display comes over another transport: all of it again. */
  readonly onSwitch: () => void
  readonly onRoundTrip: (ms: number) => void
}

/** The transports of one WebSocket: itself, and a data channel beside it where that is better, or wanted. */
export class LinkTransports {
  readonly #options: LinkTransportsOptions
  #choice: TransportChoice
  #offered: Extract<TransportMessage, { readonly kind: 'rtc' }> | undefined
  #link: RtcLink | undefined
  /** What is typed goes here, from the moment that the data channel was asked for. */
  #input: InputSender | undefined
  #via: Transport = 'websocket'
  #retry: ReturnType<typeof setTimeout> | undefined
  #retryMs = firstRetryMs
  /** Round trips while both are measured. */
  #measured: { readonly webrtc: number[]; readonly websocket: number[] } | undefined
  /** Clipboard offers that the host has not seen: what is typed waits for it. */
  #barrier: number | undefined
  /** What came over the data channel before the host's answer over the WebSocket that it does, which a network may repeat late. */
  #early: ArrayBuffer[] = []
  #stopped = false

  constructor(options: LinkTransportsOptions) {
    this.#options = options
    this.#choice = options.choice
  }

  get via(): Transport {
    return this.#via
  }

  /** Another one is wanted. */
  choose(choice: TransportChoice): void {
    this.#choice = choice
    this.#retryMs = firstRetryMs
    if (choice === 'websocket') this.#leave()
    else if (this.#link === undefined) this.#try()
  }

  send(message: ClientMessage): void {
    const text = JSON.stringify(message)
    if (this.#input === undefined || overSocket.includes(message.kind)) this.#options.sendText(text)
    else if (message.kind === 'clipboard') {
      this.#options.sendText(text)
      this.#barrier = performance.now()
      this.#input.pause()
      this.#options.sendText(JSON.stringify({ kind: 'ping', at: this.#barrier }))
    } else this.#input.push(text)
  }

  /** The WebSocket answered the question of that time. */
  answered(at: number): void {
    const ms = performance.now() - at
    this.#measured?.websocket.push(ms)
    if (at === this.#barrier) {
      this.#barrier = undefined
      if (this.#via === 'webrtc') this.#input?.resume()
    } else if (this.#via === 'websocket') this.#options.onRoundTrip(ms)
  }

  hear(message: TransportMessage): void {
    if (message.kind === 'rtc') {
      this.#offered = message
      this.#try()
    } else if (message.kind === 'rtc-answer') this.#link?.answer(message.sdp)
    else if (message.kind === 'rtc-failed') this.#lose()
    else if (message.via === 'webrtc') {
      this.#via = 'webrtc'
      this.#options.onSwitch()
      for (const early of this.#early.splice(0)) this.#options.onMessage(early)
      this.#input?.resume()
    } else this.#fallBack(message.taken)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#retry)
    this.#closeLink()
    this.#input?.end(0)
    this.#input = undefined
  }

  /** On this machine nothing is lost, and the WebSocket is quicker. */
  #try(): void {
    clearTimeout(this.#retry)
    const { onRoundTrip, sendText } = this.#options
    const offered = this.#offered
    if (offered === undefined || this.#stopped || this.#link !== undefined || typeof RTCPeerConnection !== 'function') return
    if (this.#choice === 'websocket' || (this.#choice === 'automatic' && offered.near)) return
    const link: RtcLink = new RtcLink({
      iceServers: offered.iceServers,
      sendOffer: (sdp) => sendText(JSON.stringify({ kind: 'rtc-offer', sdp })),
      onOpen: () => void this.#opened(link),
      onMessage: (message) => {
        if (this.#link !== link) return
        if (this.#via === 'webrtc') this.#options.onMessage(message)
        else if (new Uint8Array(message)[0] !== audioKind) this.#keep(message)
      },
      onTaken: (count) => {
        if (this.#link === link) this.#input?.taken(count)
      },
      onRoundTrip: (ms) => {
        this.#measured?.webrtc.push(ms)
        if (this.#via === 'webrtc') onRoundTrip(ms)
      },
      onEnd: () => {
        if (this.#link === link) this.#lose()
      },
    })
    this.#link = link
  }

  /** It is shown when the host has answered. A host that does not is not waited for. */
  #keep(message: ArrayBuffer): void {
    this.#early.push(message)
    if (this.#early.reduce((sum, { byteLength }) => sum + byteLength, 0) > maxEarlyBytes) this.#lose()
  }

  async #opened(link: RtcLink): Promise<void> {
    if (this.#choice === 'automatic' && !(await this.#measure(link))) {
      if (this.#link === link) this.#leave()
      this.#retryLater()
      return
    }
    if (this.#link !== link) return
    this.#input = new InputSender(
      (datagram) => link.send(datagram),
      () => performance.now(),
    )
    this.#options.sendText(JSON.stringify({ kind: 'transport', via: 'webrtc' }))
  }

  /** Asks over both, in turns. */
  async #measure(link: RtcLink): Promise<boolean> {
    const measured = { webrtc: [] as number[], websocket: [] as number[] }
    this.#measured = measured
    const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
    for (let asked = 0; asked < questions && this.#link === link; asked++) {
      link.ask()
      this.#options.sendText(JSON.stringify({ kind: 'ping', at: performance.now() }))
      await pause(askEveryMs)
    }
    await pause(answerMs)
    this.#measured = undefined
    const ofAll = (answers: readonly number[]): RoundTrips =>
      Array.from({ length: Math.max(questions, answers.length) }, (_, at) => answers[at])
    return this.#link === link && prefersWebrtc(ofAll(measured.webrtc), ofAll(measured.websocket))
  }

  /** The channel serves no more: the host is asked to go on over the WebSocket. */
  #lose(): void {
    this.#leave()
    this.#retryLater()
  }

  #leave(): void {
    const hadLink = this.#link !== undefined
    this.#closeLink()
    this.#input?.pause()
    if (hadLink && !this.#stopped) this.#options.sendText(JSON.stringify({ kind: 'transport', via: 'websocket' }))
  }

  /** Everything comes over the WebSocket from here on; what the host has not taken goes there, too. */
  #fallBack(taken: number): void {
    const had = this.#via === 'webrtc'
    this.#via = 'websocket'
    this.#barrier = undefined
    // The host says so by itself: its end of the channel is gone.
    if (this.#link !== undefined) this.#retryLater()
    this.#closeLink()
    const waiting = this.#input?.end(taken) ?? []
    this.#input = undefined
    if (had) this.#options.onSwitch()
    for (const text of waiting) this.#options.sendText(text)
  }

  /** What came over it and waits is not shown any more: all of the display comes again. */
  #closeLink(): void {
    this.#link?.close()
    this.#link = undefined
    this.#early = []
  }

  #retryLater(): void {
    clearTimeout(this.#retry)
    if (this.#stopped) return
    this.#retry = setTimeout(() => this.#try(), this.#retryMs)
    this.#retryMs = Math.min(maxRetryMs, 2 * this.#retryMs)
  }
}
