import type { Registry } from 'prom-client'
import type { EdgeOrigin } from '../media/edge-delivery.ts'
import type { Retention } from '../media/files/retention.ts'
import type { LiveObserver } from '../media/part-facts.ts'
import type { StreamCarrier } from '../media/stream-carrier.ts'
import type { StreamIntake } from '../media/stream-intake.ts'
import type { ViewerNode } from '../media/viewer-nodes.ts'
import type { AuditLog } from '../platform/audit.ts'
import type { ErrorCode } from '../platform/errors.ts'
import type { EventBus } from '../platform/events/events.ts'
import type { ClientLimits } from '../platform/http/client-limits.ts'
import type { SecretBox } from '../platform/identity/secret-box.ts'
import type { Logger } from '../platform/logger.ts'
import type { NetworkPolicy } from '../platform/outbound/network-policy.ts'
import type { RouteDefinition } from '../platform/routes/routes.ts'
import type { SteadyClock } from '../platform/timing/steady-clock.ts'
import type { DeliveryEndpoint } from './delivery/index.ts'
import type { LiveFront } from './http/live-front.ts'
import type { StreamDirectory } from './hub/stream.ts'
import type { LiveConfig } from './live-config.ts'
import type { LiveDatabase, Writes } from './live-database.ts'
import type { DemoWorker } from './relay/demo/test-stream.ts'
import type { LiveSettingsSource } from './settings.ts'

export interface LiveDependencies {
  readonly config: LiveConfig
  /** What one IP address may hold open. */
  readonly clients: ClientLimits
  /** Where RTMP listens; ports of 0 take free ones, an absent RTMPS or SRT port keeps that endpoint closed. */
  readonly listen: {
    readonly host: string
    readonly rtmpPort: number
    readonly rtmpsPort?: number
    readonly srtPort?: number
    /** Sockets that listen already, in place of new ones at those ports. */
    readonly descriptors?: { readonly rtmp?: number; readonly rtmps?: number; readonly srt?: number }
  }
  readonly database: LiveDatabase
  /** Folder for what the part keeps as files (recordings, DVR, clips), each kind in a folder of its own. */
  readonly dataDir: string
  readonly secrets: SecretBox
  /** Where editors' URLs may lead, as it is now. */
  readonly network: () => NetworkPolicy
  /** The platform's write queue. */
  readonly writes: Writes
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** Metrics. */
  readonly registry: Registry
  /** PEM for RTMPS; without it that endpoint stays closed. */
  readonly certificate?: () => { readonly key: string | Buffer; readonly cert: string | Buffer }
  /** Settings that were changed while the host ran. */
  readonly settings?: LiveSettingsSource
  /** Base URL for events, which have no request, e.g. `http://127.0.0.1:8080`; empty for relative URLs. */
  readonly baseUrl?: () => string
  /** The host before this one ended unexpectedly, or for an update: test stream, slates and recordings by hand go on. */
  readonly resumes?: boolean
  /** Sentences about attacks on nodes that go on now, for alerts. */
  readonly attacks?: () => readonly string[]
  /** Nodes that viewers are sent to. */
  readonly viewerNodes?: () => readonly ViewerNode[]
  /** ms since 1970. */
  readonly now?: () => number
  /** Dates what players compare with each other. */
  readonly clock: SteadyClock
  /** The test stream's worker, where it is not our own. */
  readonly demo?: DemoWorker
}

export interface LiveHealth {
  readonly active: number
  readonly viewers: number
  /** RTMP and SRT connections open now. */
  readonly connections: number
  /** What does not work at present although it should, e.g. `recording.disk_full`. */
  readonly problems: readonly ErrorCode[]
}

/** The live part: streams come in over RTMP and go out to viewers. */
export interface Live {
  readonly routes: readonly RouteDefinition[]
  readonly streams: StreamDirectory
  /** For makers of media on the same host. */
  readonly carrier: StreamCarrier
  /** For nodes that deliver its streams elsewhere. */
  readonly edges: EdgeOrigin
  /** For those who control encoders elsewhere. */
  readonly intake: StreamIntake
  /** Opens the RTMP and SRT endpoints. Rejects with `port.in_use` or `port.forbidden`. */
  start(): Promise<{ readonly rtmpPort: number; readonly rtmpsPort: number | undefined; readonly srtPort: number | undefined }>
  /** `goesOn`: another host follows at once, started with `resumes`. */
  stop(goesOn?: boolean): Promise<void>
  /** How many processes deliver beside the host. */
  readonly deliveryProcesses: number
  /** Starts them, where there are to be any, at ports that are open. */
  deliverAt(endpoint: DeliveryEndpoint): void
  /** Shows another certificate (PEM) from now on: RTMPS, and delivery processes. */
  renewCertificate(certificate: { readonly cert: string; readonly key: string }): void
  health(): LiveHealth
  readonly observer: LiveObserver
  /** How long recordings are kept, as it is now: those of other parts, too. */
  recordingRetention(): Retention
  /** Everything below `/live`. */
  readonly front: LiveFront
}
