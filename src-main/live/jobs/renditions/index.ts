import { availableParallelism } from 'node:os'
import type { EncoderInfo } from '../../../media/encoders/encoder-info.ts'
import { EncoderSurvey } from '../../../media/encoders/encoder-survey.ts'
import type { VideoOutput } from '../../../media/encoders/video-output.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { DerivedStreams } from '../../hub/derived-streams.ts'
import type { StreamLimits } from '../../key-limits.ts'
import type { LiveDatabase } from '../../live-database.ts'
import type { LivePart } from '../../live-part.ts'
import type { HealthWarning } from '../../schemas.ts'
import { Presets } from './presets.ts'
import { RealtimeStream } from './realtime-stream.ts'
import { createRenditionStore } from './rendition-store.ts'
import { renditionRoutes } from './routes.ts'
import type { Choice, StreamRenditions } from './schemas.ts'
import { StreamLadder } from './stream-ladder.ts'
import { StreamTranscoder } from './stream-transcoder.ts'

export interface RenditionsDependencies {
  readonly database: LiveDatabase
  readonly dataDir: string
  readonly log: Logger
  readonly events: EventBus
  readonly audit: AuditLog
  /** What is made of streams for which nothing was chosen. */
  readonly defaultMode: 'off' | 'auto'
  /** A stream by id or name. Throws `stream.not_found`. */
  readonly streamOf: (idOrName: string) => { readonly id: string; readonly name: string }
  /** Limits of the key of the stream's publisher. */
  readonly limitsOf: (stream: LiveStream) => StreamLimits | undefined
  /** Puts a warning on the stream, or takes it away. */
  readonly warn: (stream: LiveStream, code: HealthWarning['code'], message: string | undefined) => void
}

/** What is made of streams beside what their publishers send. */
export interface Renditions extends LivePart {
  readonly derived: DerivedStreams
  /** What this machine encodes with: measured first, where that was not done yet. */
  readonly encoders: () => Promise<readonly EncoderInfo[]>
}

interface Made {
  readonly transcoder: StreamTranscoder
  readonly realtime: RealtimeStream
  readonly ladder: StreamLadder
}

/** Makes the part; no process runs until something must be made. */
export async function createRenditions(dependencies: RenditionsDependencies): Promise<Renditions> {
  const { log, events, audit } = dependencies
  const presets = await Presets.open(createRenditionStore(dependencies.database))
  const survey = await EncoderSurvey.open({ dataDir: dependencies.dataDir, log })
  const made = new Map<LiveStream, Made>()
  const slow = availableParallelism() < 4
  const byDefault: Choice = { mode: dependencies.defaultMode, preset: null, heights: null }

  survey.onMeasured(replanAll)

  function replanAll(): void {
    for (const { ladder } of made.values()) ladder.replan()
  }

  function choiceOf(name: string): { choice: Choice; chosen: boolean } {
    const choice = presets.choice(name)
    return choice === undefined ? { choice: byDefault, chosen: false } : { choice, chosen: true }
  }

  function of(stream: LiveStream): Made {
    const known = made.get(stream)
    if (known) return known
    const fresh = make(stream)
    made.set(stream, fresh)
    stream.subscribe(
      {
        onTrack: () => undefined,
        onPacket: () => undefined,
        onDiscontinuity: () => undefined,
        onEnd: () => {
          made.delete(stream)
          fresh.ladder.stop()
          void fresh.transcoder.stop()
          notify(stream, fresh.ladder)
        },
      },
      { from: 'live' },
    )
    return fresh
  }

  function make(stream: LiveStream): Made {
    const transcoder = new StreamTranscoder({
      stream,
      log: log.child({ streamId: stream.id }),
      onReport: (report) => {
        ladder.report(report)
        events.publish('stream.renditions', ladder.view(), { stream: stream.id, volatile: true })
      },
      onBroken: (message) => ladder.broken(message),
    })
    const realtime = new RealtimeStream({ source: stream, transcoder, log, preset: () => (slow ? 'superfast' : 'veryfast') })
    const ladder: StreamLadder = new StreamLadder({
      source: stream,
      transcoder,
      log,
      choice: () => choiceOf(stream.name),
      preset: (id) => presets.find(id),
      encoders: () => survey.found,
      taken: () => {
        let pixels = 0
        for (const [other, each] of made) if (other !== stream) pixels += each.ladder.pixelRate
        return pixels
      },
      limits: () => dependencies.limitsOf(stream),
      onChange: () => {
        const each = made.get(stream)
        if (each) notify(stream, each.ladder)
      },
      onShed: (output, shed) => reportShed(stream, output, shed),
      onEncodersWanted: () => void survey.measure(),
    })
    return { transcoder, realtime, ladder }
  }

  function notify(stream: LiveStream, ladder: StreamLadder): void {
    events.publish('stream.renditions', ladder.view(), { stream: stream.id })
  }

  function reportShed(stream: LiveStream, output: VideoOutput, shed: boolean): void {
    const what = `rendition ${output.height}p of ${stream.name}`
    audit.record({
      kind: 'quality',
      message: shed ? `${what} was given up: this machine falls behind real time` : `${what} is made again`,
      streamId: stream.id,
      streamName: stream.name,
      data: { rendition: output.id },
    })
    const given =
      made
        .get(stream)
        ?.ladder.view()
        .renditions.filter((rendition) => rendition.state === 'shed') ?? []
    const names = given.map(({ height }) => `${height}p`).join(', ')
    dependencies.warn(
      stream,
      'encoder-behind',
      given.length === 0
        ? undefined
        : `This machine cannot encode all renditions in real time: ${names} is given up until there is capacity. Choose fewer rungs or a faster preset.`,
    )
  }

  function view(name: string): StreamRenditions {
    for (const [stream, { ladder }] of made) if (stream.name === name) return ladder.view()
    return { ...choiceOf(name), state: 'not-live', error: null, capped: false, behindMs: 0, load: 0, renditions: [] }
  }

  return {
    routes: renditionRoutes({
      presets,
      audit,
      events,
      streamOf: dependencies.streamOf,
      view,
      changed: replanAll,
      encoders: () => survey.measure(),
      measureAgain: () => survey.measureAgain(),
    }),
    derived: {
      ladder: (stream) => of(stream).ladder,
      realtime: (stream) => of(stream).realtime,
    },
    encoders: () => survey.measure(),
    async stop() {
      await Promise.all([survey.stop(), ...[...made.values()].map((each) => each.transcoder.stop())])
      made.clear()
    },
  }
}
