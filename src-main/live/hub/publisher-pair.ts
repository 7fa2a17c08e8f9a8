import { AppError } from '../../platform/errors.ts'
import { bareAddress } from '../../platform/network-address.ts'
import type { LivePublisher, PublisherRole, PublishKey, StreamEntry } from './live-publisher.ts'
import type { PublishRequest } from './publisher.ts'
import type { StreamPublication } from './stream-publication.ts'

/** The lane that a newcomer takes, and who must leave it for that. Throws `publish.busy`. */
export function laneOf(
  entry: StreamEntry,
  key: PublishKey,
  request: PublishRequest,
): { role: PublisherRole; previous: LivePublisher | undefined } {
  const role: PublisherRole = key.role === 'backup' || isYes(request.query.get('backup')) ? 'backup' : 'primary'
  const { publisher, standby } = entry
  const previous = publisher?.role === role ? publisher : standby?.role === role ? standby : undefined
  if (previous === undefined) return { role, previous }
  if (key.onSecondPublisher === 'backup' && role === 'primary' && standby === undefined) return { role: 'backup', previous: undefined }
  if (key.onSecondPublisher !== 'takeover') throw new AppError('publish.busy')
  if (key.sameAddressOnly && bareAddress(previous.request.remoteAddress) !== bareAddress(request.remoteAddress)) {
    throw new AppError('publish.busy', 'Another publisher is live on this key, from another IP address')
  }
  return { role, previous }
}

/** Whose publication it is, on air or held ready; undefined once it was sent away. */
export function holderOf({ publisher, standby }: StreamEntry, publication: StreamPublication): LivePublisher | undefined {
  if (publisher?.publication === publication) return publisher
  return standby?.publication === publication ? standby : undefined
}

function isYes(value: string | undefined): boolean {
  return value === '1' || value === 'true' || value === 'yes'
}
