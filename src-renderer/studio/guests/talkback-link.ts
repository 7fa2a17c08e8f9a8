import { socketUrl } from '../../client/event-socket.ts'
import { inLanguage } from '../../client/host-error.ts'
import { type SocketAnswer, SocketPeer } from '../../webrtc/socket-peer.ts'
import { t } from './messages.ts'

interface TalkbackEvents {
  /** The host has passed on what is said, to these guests. */
  onTalking(guests: readonly string[]): void
  /** It does not work any more; the link is over. */
  onProblem(problem: string): void
}

/** This browser's microphone, on its way to guests. Opened with the first word, and kept so that the next is not lost. */
export class TalkbackLink {
  readonly #events: TalkbackEvents
  #socket: WebSocket | undefined
  #peer: SocketPeer | undefined
  #microphone: MediaStreamTrack | undefined
  #isUp = false
  #to: string | undefined
  #over = false

  constructor(events: TalkbackEvents) {
    this.#events = events
    void this.#open()
  }

  /** Undefined: to nobody. */
  talk(to: string | undefined): void {
    this.#to = to
    if (this.#microphone !== undefined) this.#microphone.enabled = to !== undefined
    if (this.#isUp) this.#send({ type: 'talk', to: to === 'all' ? 'all' : to === undefined ? [] : [to] })
  }

  close(): void {
    this.#over = true
    this.#microphone?.stop()
    this.#peer?.close()
    this.#socket?.close(1000)
  }

  async #open(): Promise<void> {
    try {
      const access = navigator.mediaDevices as MediaDevices | undefined
      if (access === undefined) throw new Error(t.microphoneDenied)
      const media = await access.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } })
      const [track] = media.getAudioTracks()
      if (this.#over || track === undefined) {
        track?.stop()
        return
      }
      this.#microphone = track
      track.enabled = this.#to !== undefined
      this.#connect(track, media)
    } catch {
      this.#fail(t.microphoneDenied)
    }
  }

  #connect(track: MediaStreamTrack, media: MediaStream): void {
    const socket = new WebSocket(socketUrl('/studio/talkback'))
    const peer = new SocketPeer({
      prepare: (connection) => void connection.addTransceiver(track, { direction: 'sendonly', streams: [media] }),
      onConnected: () => {
        this.#isUp = true
        if (this.#to !== undefined) this.talk(this.#to)
      },
      onOver: () => this.#fail(''),
    })
    this.#socket = socket
    this.#peer = peer
    socket.onopen = () => void peer.offer().then((sdp) => this.#send({ type: 'offer', sdp }))
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as Message
      if (message.type === 'answer') void peer.accept(message)
      else if (message.type === 'talking') this.#events.onTalking(message.to)
      else this.#fail(inLanguage({ ...message.error, message: message.error.detail }).message)
    }
    socket.onclose = () => this.#fail('')
  }

  #send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  #fail(problem: string): void {
    if (this.#over) return
    this.close()
    this.#events.onProblem(problem)
  }
}

type Message =
  | ({ readonly type: 'answer' } & SocketAnswer)
  | { readonly type: 'talking'; readonly to: readonly string[] }
  | { readonly type: 'error'; readonly error: { readonly code: string; readonly detail: string; readonly remedy: string } }
