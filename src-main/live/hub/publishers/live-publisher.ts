import type { StreamKey } from '../../schemas.ts'
import type { PublishRequest } from './publisher.ts'
import type { StreamPublication } from './stream-publication.ts'

/** What a key says about its publishers. */
export type PublishKey = Pick<
  StreamKey,
  'id' | 'stream' | 'onSecondPublisher' | 'role' | 'sameAddressOnly' | 'restartWindowMs' | 'limits' | 'onOverLimit'
>

/** What a publisher is on its stream: the backup goes on air when the primary fails. */
export type PublisherRole = 'primary' | 'backup'

/** Somebody who publishes to a stream now. */
export interface LivePublisher {
  readonly request: PublishRequest
  readonly keyId: string | null
  /** As it is now: changes apply to connected publishers too. */
  key: PublishKey
  /** When it came, ms since 1970: health samples before that are of others. */
  readonly sinceMs: number
  /** ISO 8601. */
  readonly connectedAt: string
  readonly publication: StreamPublication
  readonly role: PublisherRole
  /** Since when it has delivered without a pause, monotonic ms. */
  goodSinceMs: number
}
