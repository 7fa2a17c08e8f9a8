import type { FeedSender, SendAim } from '../../../../media/stream-carrier.ts'
import { AppError } from '../../../../platform/errors.ts'
import type { RtmpSettings, SrtSettings, WhipSettings } from '../../../document/kinds/output-kinds.ts'
import type { FeedHold } from '../feed-store.ts'
import type { OutputContext, OutputStatistics, RunningOutput } from '../running-output.ts'
import { BitrateGovernor } from './bitrate-governor.ts'

/** Another server, over RTMP, SRT or WHIP: a connection with retries of its own, and where asked an encoder that gives way to the network. */
export class SendOutput implements RunningOutput {
  readonly #context: OutputContext
  readonly #hold: FeedHold
  readonly #sender: FeedSender
  readonly #governor: BitrateGovernor | undefined
  /** What the connection reported last. */
  #reported: Parameters<OutputContext['onState']> = ['starting']
  /** The encoder does not run. */
  #fault = false
  #stopped = false

  /** Throws `destination.*` where the URL is invalid. */
  constructor(context: OutputContext) {
    this.#context = context
    const { id, kind, canvas, video, audio, settings } = context.output
    const { adaptive, minBitrateKbps } = settings as RtmpSettings
    const owner = adaptive && video !== null ? { owner: id } : undefined
    if (owner !== undefined && video !== null) {
      this.#governor = new BitrateGovernor({ minKbps: minBitrateKbps, maxKbps: video.bitrateKbps })
    }
    this.#hold = context.feeds.take({ canvas, video, audio, ...owner, asTheyCome: kind === 'whip' }, (problem) => {
      this.#fault = true
      if (!this.#stopped) context.onState('failed', new AppError('studio.output_encoder', problem))
    })
    try {
      this.#sender = context.carrier.send(aimOf(kind as SendAim['protocol'], settings, context.limited), this.#hold.feed, {
        onState: (state, error) => {
          if (this.#stopped || state === 'off') return
          if (state === 'live') this.#governor?.reconnected()
          this.#reported = [state === 'connecting' ? 'starting' : state, error]
          if (!this.#fault) context.onState(...this.#reported)
        },
      })
    } catch (error) {
      this.#hold.release()
      throw error
    }
  }

  tick(): void {
    const { events, output } = this.#context
    if (this.#fault && this.#hold.feed.fault === undefined) {
      this.#fault = false
      this.#context.onState(...this.#reported)
    }
    if (this.#governor === undefined || this.#reported[0] !== 'live') return
    const figures = this.#sender.statistics()
    const { packetsLost, packetsRetransmitted } = figures
    const packetsMissed = packetsLost === null ? null : packetsLost + (packetsRetransmitted ?? 0)
    const change = this.#governor.second({ ...figures, packetsMissed })
    if (change === undefined) return
    this.#hold.feed.setBitrate(change.kbps)
    events.publish('studio.output.bitrate', { id: output.id, ...change })
  }

  statistics(): OutputStatistics {
    const { feed } = this.#hold
    return { ...this.#sender.statistics(), gaps: feed.gaps, targetKbps: this.#governor?.kbps ?? null }
  }

  async command(): Promise<Readonly<Record<string, unknown>>> {
    this.#sender.retry()
    return {}
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#sender.stop()
    this.#hold.release()
  }
}

function aimOf(protocol: SendAim['protocol'], settings: Readonly<Record<string, unknown>>, limited: boolean): SendAim {
  const { url, key, certificate = 'system', passphrase = '', latencyMs = null } = settings as Partial<SrtSettings & WhipSettings>
  return { protocol, url: url ?? '', key: key ?? '', certificate, passphrase, latencyMs, limited }
}
