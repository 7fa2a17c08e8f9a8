import type { AuditEntry, AuditLog } from '../../../platform/audit.ts'
import type { AppError } from '../../../platform/errors.ts'
import type { EventTopic } from '../../../platform/events/event-topics.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Stream } from '../../schemas.ts'
import type { FailoverCause } from './failover.ts'
import type { Joint } from './joining/joint.ts'
import type { LivePublisher, PublisherRole } from './live-publisher.ts'

export interface StreamReportsDependencies {
  readonly events: EventBus
  readonly audit: AuditLog
  readonly id: string
  readonly name: string
  /** The stream as events show it. */
  readonly describe: () => Stream
}

const causes: Readonly<Record<FailoverCause, string>> = {
  lost: 'the other one was lost',
  silent: 'the other one fell silent',
  returned: 'it has been good again for long enough',
  command: 'by command',
}

/** What happens to one stream, on the event socket and in the audit log. */
export class StreamReports {
  readonly #dependencies: StreamReportsDependencies

  constructor(dependencies: StreamReportsDependencies) {
    this.#dependencies = dependencies
  }

  /** Publishes the stream as it is now. */
  announce(what: 'created' | 'state' | 'tracks' | 'updated' | 'removed'): void {
    this.publish(`stream.${what}`, this.#dependencies.describe())
  }

  publish(topic: EventTopic, data: unknown): void {
    this.#dependencies.events.publish(topic, data, { stream: this.#dependencies.id })
  }

  record(entry: AuditEntry): void {
    const { audit, id, name } = this.#dependencies
    audit.record({ ...entry, streamId: id, streamName: name })
  }

  /** A publisher is connected: on air, or beside the one that `more` names. */
  connected({ request, role, keyId }: LivePublisher, more: Readonly<Record<string, unknown>>): void {
    const publishes = `${request.encoder || 'an encoder'} publishes to ${this.#dependencies.name}`
    this.record({
      kind: 'publish',
      message: 'onAir' in more ? `${publishes} and is kept ready as its ${role}` : publishes,
      sessionId: request.sessionId,
      remoteAddress: request.remoteAddress,
      data: { protocol: request.protocol, keyId, role, ...more },
    })
  }

  /** A publisher has left, or was disconnected. */
  disconnected({ request, role, publication }: LivePublisher, how: 'unpublish' | 'lost' | 'dismissed', reason: AppError | undefined): void {
    this.record({
      kind: 'disconnect',
      message: reason?.message ?? (how === 'unpublish' ? 'the publisher said goodbye' : "the publisher's connection broke"),
      sessionId: request.sessionId,
      remoteAddress: request.remoteAddress,
      ...(reason === undefined ? undefined : { code: reason.code }),
      data: { how, role, bytesIn: publication.meter.bytesIn },
    })
  }

  /** Another publisher is on air. */
  switched({ role, request }: LivePublisher, from: PublisherRole | undefined, cause: FailoverCause, { exact, gapMs }: Joint): void {
    const data = { from: from ?? (role === 'primary' ? 'backup' : 'primary'), to: role, cause, exact, gapMs: Math.round(gapMs) }
    this.publish('stream.failover', data)
    this.record({
      kind: 'state',
      message: `the ${role} publisher of ${this.#dependencies.name} took the air: ${causes[cause]}`,
      sessionId: request.sessionId,
      remoteAddress: request.remoteAddress,
      data,
    })
  }
}
