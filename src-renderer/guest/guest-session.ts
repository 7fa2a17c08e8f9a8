import { socketUrl } from '../client/event-socket.ts'
import { inLanguage } from '../client/host-error.ts'
import { alignExtensionIds } from '../webrtc/extension-ids.ts'
import { retryMs } from '../webrtc/pause.ts'
import { type SocketAnswer, SocketPeer } from '../webrtc/socket-peer.ts'
import { WhipClient, type WhipState } from '../webrtc/whip-client.ts'

/** What the host says of the guest and of the show. */
export interface GuestState {
  readonly label: string
  readonly show: string | null
  readonly onAir: boolean
  readonly inPreview: boolean
  readonly muted: boolean
  readonly talkedTo: boolean
  readonly program: boolean
}

/** Why it is over, in words for people. */
export interface GuestEnd {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

export interface GuestSessionOptions {
  /** The stream that the guest publishes. */
  readonly stream: string
  readonly key: string
  readonly name: string
  readonly media: MediaStream
  readonly videoBitrate: number
  /** Undefined while the host does not answer. */
  onState(state: GuestState | undefined): void
  onSending(state: WhipState): void
  /** The program; undefined while it is not received. */
  onProgram(media: MediaStream | undefined): void
  /** It is over, and asking again cannot help. */
  onEnd(end: GuestEnd): void
}

/** Errors that pass by themselves: the page asks again. */
const passing = new Set([
  'internal',
  'studio.not_running',
  'studio.no_collection',
  'webrtc.too_many_offers',
  'webrtc.engine_down',
  'webrtc.session_unknown',
])

/** A guest in the show: sends camera and microphone, plays the program without their own voice, and comes back after every loss, until `leave`. */
export class GuestSession {
  readonly #options: GuestSessionOptions
  readonly #sender: WhipClient
  #socket: WebSocket | undefined
  #peer: SocketPeer | undefined
  #state: GuestState | undefined
  #failures = 0
  #programFailures = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #programTimer: ReturnType<typeof setTimeout> | undefined
  #over = false

  constructor(options: GuestSessionOptions) {
    this.#options = options
    const { stream, key, media, videoBitrate } = options
    this.#sender = new WhipClient({
      endpoint: `/live/${encodeURIComponent(stream)}/whip`,
      key,
      media,
      videoBitrate,
      simulcast: false,
      prefer: 'motion',
      onState: (state) => {
        if (!this.#over) options.onSending(state)
      },
    })
    this.#connect()
  }

  /** Reports which of the devices are on. */
  reportDevices(): void {
    const isOn = (tracks: readonly MediaStreamTrack[]): boolean => tracks.some(({ enabled }) => enabled)
    const { media } = this.#options
    this.#send({ type: 'devices', camera: isOn(media.getVideoTracks()), microphone: isOn(media.getAudioTracks()) })
  }

  /** Sends another camera. */
  replaceCamera(track: MediaStreamTrack): void {
    this.#sender.replaceVideo(track)
    this.reportDevices()
  }

  leave(): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#closeProgram()
    this.#sender.stop()
    this.#socket?.close(1000)
  }

  #connect(): void {
    const socket = new WebSocket(socketUrl('/studio/guest'))
    this.#socket = socket
    socket.onopen = () => {
      this.#send({ type: 'hello', key: this.#options.key, name: this.#options.name })
      this.reportDevices()
    }
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string' && this.#socket === socket) this.#take(JSON.parse(data) as Message)
    }
    socket.onclose = () => {
      if (this.#over || this.#socket !== socket) return
      this.#closeProgram()
      this.#state = undefined
      this.#options.onState(undefined)
      this.#timer = setTimeout(() => this.#connect(), retryMs(this.#failures++))
    }
  }

  #send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  #take(message: Message): void {
    switch (message.type) {
      case 'state':
        this.#failures = 0
        this.#state = message.state
        this.#options.onState(message.state)
        if (!message.state.program) this.#closeProgram()
        else if (this.#peer === undefined && this.#programTimer === undefined) this.#openProgram()
        break
      case 'answer':
        void this.#peer?.accept(message)
        break
      case 'return-ended':
        this.#retryProgram()
        break
      case 'error':
        if (passing.has(message.error.code)) this.#retryProgram()
        else this.#end(message.error)
    }
  }

  #end({ code, detail, title, remedy }: Extract<Message, { type: 'error' }>['error']): void {
    this.leave()
    this.#options.onEnd(inLanguage({ code, message: detail || title, remedy }))
  }

  #openProgram(): void {
    this.#programTimer = undefined
    const media = new MediaStream()
    const peer = new SocketPeer({
      prepare(connection) {
        connection.addTransceiver('audio', { direction: 'recvonly' })
        connection.addTransceiver('video', { direction: 'recvonly' })
        connection.addEventListener('track', ({ track }) => media.addTrack(track))
      },
      rewriteOffer: alignExtensionIds,
      onConnected: () => {
        this.#programFailures = 0
        this.#options.onProgram(media)
      },
      onOver: () => this.#retryProgram(),
    })
    this.#peer = peer
    void peer.offer().then((sdp) => {
      if (this.#peer === peer) this.#send({ type: 'offer', sdp })
    })
  }

  #retryProgram(): void {
    this.#closeProgram()
    if (this.#over || this.#state?.program !== true) return
    this.#programTimer = setTimeout(() => this.#openProgram(), 500 + retryMs(this.#programFailures++))
  }

  #closeProgram(): void {
    clearTimeout(this.#programTimer)
    this.#programTimer = undefined
    this.#peer?.close()
    this.#peer = undefined
    this.#options.onProgram(undefined)
  }
}

type Message =
  | { readonly type: 'state'; readonly state: GuestState }
  | ({ readonly type: 'answer' } & SocketAnswer)
  | { readonly type: 'return-ended' }
  | {
      readonly type: 'error'
      readonly error: { readonly code: string; readonly title: string; readonly detail: string; readonly remedy: string }
    }
