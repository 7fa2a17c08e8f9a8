import type { Packet, Track } from '../../../../formats/track.ts'
import type { LiveStream } from '../../../../media/live-stream.ts'
import { readIceLinks } from '../../../../media/realtime/ice-servers.ts'
import { AppError } from '../../../../platform/errors.ts'
import type { JudgeTarget } from '../../../../platform/outbound/judged-connection.ts'
import type { CertificateTrust } from '../certificate-trust.ts'
import type { ChosenTracks, Sending, SendingEvents, Target, TargetEvents, TargetLoss } from '../target.ts'
import { type MayReach, reachableIceServers, withoutRejectedCandidates } from './ice-reach.ts'
import type { WhipEnd } from './messages.ts'
import { askWhip, type WhipReply, type WhipRequest } from './signalling.ts'
import type { WhipSender, WhipSession } from './whip-sender.ts'

export interface WhipTargetOptions {
  readonly url: URL
  /** Empty for none. */
  readonly token: string
  readonly certificate: CertificateTrust
  readonly judge: JudgeTarget
  /** Which IP addresses media may be sent to; undefined: any. Those of the server itself are among them. */
  readonly mayReach: MayReach | undefined
  /** Bytes that may wait for the sending process before frames are dropped. */
  readonly maxQueued: number
}

const askMs = 10_000
/** The goodbye is not waited for longer, ms. */
const goodbyeMs = 3000
const endings: Readonly<
  Record<
    WhipEnd | 'worker',
    readonly [
      code: 'webrtc.engine_missing' | 'destination.protocol' | 'destination.unreachable' | 'destination.closed' | 'destination.stalled',
      sentence: string,
    ]
  >
> = {
  missing: ['webrtc.engine_missing', 'The library for WebRTC does not load'],
  answer: ['destination.protocol', 'The answer of the server is not usable'],
  path: ['destination.unreachable', 'The server took the offer, and no way for media to it came about (ICE)'],
  lost: ['destination.closed', 'The connection broke'],
  silent: ['destination.stalled', 'The server reported nothing about what arrives'],
  worker: ['destination.closed', 'The process that sends over WebRTC is gone'],
}

/** Publishes to a WHIP server (RFC 9725): signalling over HTTP from here, media from a process of its own. */
export class WhipTarget implements Target {
  rttMs: number | undefined
  loss: TargetLoss | undefined
  readonly #options: WhipTargetOptions
  readonly #sender: WhipSender
  readonly #events: TargetEvents
  readonly #abort = new AbortController()
  #session: WhipSession | undefined
  /** The resource to delete. */
  #resource: URL | undefined
  #ended = false

  constructor(options: WhipTargetOptions, sender: WhipSender, events: TargetEvents) {
    this.#options = options
    this.#sender = sender
    this.#events = events
    void this.#run(() => this.#open())
  }

  play(stream: LiveStream, _tracks: ChosenTracks, events: SendingEvents): Sending {
    const session = this.#session as WhipSession
    session.play(stream.originTimeMs)
    return new WhipSending(stream, session, this.#options.maxQueued, events)
  }

  tick(): void {}

  close(): void {
    if (this.#ended) return
    this.#end()
  }

  async #run(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      const reason = error instanceof AppError ? error : new AppError('internal', undefined, { cause: error })
      this.#fail(reason, reason.code === 'url.forbidden' || (reason.code === 'destination.tls' && reason.message.includes('certificate')))
    }
  }

  /** Asks for ICE servers, which are needed before the offer is made, then makes it. */
  async #open(): Promise<void> {
    const { status, headers, rttMs } = await this.#ask({ method: 'OPTIONS' })
    if (this.#ended) return
    this.rttMs = rttMs
    const servers = readIceLinks(status < 300 ? [headers.link ?? []].flat() : [])
    const { judge, mayReach } = this.#options
    const usable = mayReach === undefined ? servers : await reachableIceServers(servers, judge)
    if (this.#ended) return
    this.#session = this.#sender.open(usable, {
      onOffer: (sdp) => void this.#run(() => this.#offer(sdp)),
      onConnected: () => {
        if (!this.#ended) this.#events.onLive()
      },
      onEnded: (why, message) => {
        const [code, sentence] = endings[why]
        this.#fail(new AppError(code, message === '' ? sentence : `${sentence}: ${message}`), why === 'missing')
      },
      onLoss: (lost, retransmitted) => {
        this.loss = { lost, retransmitted }
      },
    })
  }

  async #offer(sdp: string): Promise<void> {
    const reply = await this.#ask({ method: 'POST', body: sdp })
    const { status, headers, body, url } = reply
    if (status === 201 && headers.location !== undefined && URL.canParse(headers.location, url.href)) {
      this.#resource = new URL(headers.location, url)
    }
    if (this.#ended) {
      this.#goodbye()
      return
    }
    if (status !== 201) {
      // Of these the server may be healed; of the others somebody must change something.
      const later = status >= 500 || status === 408 || status === 429
      this.#fail(new AppError('destination.refused', `The server says ${status}${this.#words(reply)}`), !later)
    } else if (!body.startsWith('v=0')) {
      this.#fail(new AppError('destination.protocol', 'The answer to the offer is no SDP'), false)
    } else {
      this.loss = { lost: 0, retransmitted: 0 }
      this.#session?.answer(await this.#usable(body, url))
    }
  }

  /** The answer without candidates that media must not be sent to. */
  async #usable(answer: string, { hostname, port, protocol }: URL): Promise<string> {
    const { judge, mayReach } = this.#options
    if (mayReach === undefined) return answer
    const server = await judge(hostname, Number(port) || (protocol === 'https:' ? 443 : 80))
    const own = new Set(server.addresses.map(({ address }) => address))
    return withoutRejectedCandidates(answer, (address, at) => own.has(address) || mayReach(address, at))
  }

  /** What a rejection says, in short, with our token taken out. */
  #words({ headers, body }: WhipReply): string {
    let text = body
    if (/json/.test(headers['content-type'] ?? '')) {
      try {
        const problem = JSON.parse(body) as { readonly detail?: unknown; readonly title?: unknown }
        text = String(problem.detail ?? problem.title ?? '')
      } catch {
        text = ''
      }
    } else if (/html/.test(headers['content-type'] ?? '')) {
      text = ''
    }
    const { token } = this.#options
    const clean = Array.from(text.slice(0, 200), (letter) => (letter < ' ' ? ' ' : letter))
      .join('')
      .trim()
    if (clean === '') return ''
    return `: ${token === '' ? clean : clean.replaceAll(token, '(token)')}`
  }

  #ask(what: Pick<WhipRequest, 'method' | 'body'>): Promise<WhipReply> {
    const { url, token, certificate, judge } = this.#options
    return askWhip({ url, token, certificate, judge, timeoutMs: askMs, signal: this.#abort.signal, ...what })
  }

  #fail(reason: AppError, refused: boolean): void {
    if (this.#ended) return
    this.#end()
    this.#events.onClosed(reason, refused)
  }

  #end(): void {
    this.#ended = true
    // An offer that is on its way must be answered first: what it made is deleted then.
    if (this.#resource === undefined) {
      this.#session?.close()
      setTimeout(() => this.#abort.abort(), goodbyeMs).unref()
    } else {
      this.#goodbye()
    }
  }

  /** Deletes the resource before the connection goes: a server takes a connection that breaks for one that will return. */
  #goodbye(): void {
    const url = this.#resource
    if (url === undefined) return
    this.#resource = undefined
    const { token, certificate, judge } = this.#options
    askWhip({ method: 'DELETE', url, token, certificate, judge, timeoutMs: goodbyeMs, signal: new AbortController().signal })
      .catch(() => undefined)
      .finally(() => this.#session?.close())
  }
}

/** A stream's way to the sending process. */
class WhipSending implements Sending {
  frames = 0
  dropped = 0
  bytes = 0
  /** Nothing waits here: RTP goes out as it comes. */
  readonly queuedMs = 0
  readonly #session: WhipSession
  readonly #maxQueued: number
  readonly #events: SendingEvents
  readonly #unsubscribe: () => void
  #skipping = false
  #stopped = false

  constructor(stream: LiveStream, session: WhipSession, maxQueued: number, events: SendingEvents) {
    this.#session = session
    this.#maxQueued = maxQueued
    this.#events = events
    this.#unsubscribe = stream.subscribe(this, { from: 'live' })
    if (this.#stopped) this.#unsubscribe()
  }

  onTrack(track: Track): void {
    if (track.codec === 'h264' || track.codec === 'opus') this.#session.wire?.track(this.#session.channel, track)
    else this.#events.onUnplayable(track)
  }

  onPacket(packet: Packet): void {
    const { wire } = this.#session
    const { codec } = packet.track
    if (this.#stopped || wire === undefined || (codec !== 'h264' && codec !== 'opus')) return
    if (codec === 'h264') {
      if (wire.waitingBytes > this.#maxQueued) this.#skipping = true
      else if (packet.key) this.#skipping = false
      if (this.#skipping) {
        this.dropped++
        return
      }
      this.frames++
    }
    this.bytes += packet.data.length
    wire.packet(this.#session.channel, packet)
  }

  onDiscontinuity(): void {}

  onEnd(): void {
    if (!this.#stopped) this.#events.onEnd()
  }

  onDrain(): void {}

  stop(): void {
    this.#stopped = true
    this.#unsubscribe()
  }
}
