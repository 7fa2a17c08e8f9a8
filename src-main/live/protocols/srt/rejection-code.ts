import { SrtReject } from '../../../formats/srt/srt-handshake.ts'
import type { AppError } from '../../../platform/errors.ts'

const codes: Readonly<Record<string, number>> = {
  'publish.key_unknown': SrtReject.unauthorized,
  'publish.key_disabled': SrtReject.forbidden,
  'publish.key_revoked': SrtReject.forbidden,
  'publish.ended': SrtReject.forbidden,
  'publish.busy': SrtReject.conflict,
  'play.not_live': SrtReject.notFound,
  'play.viewers_full': SrtReject.overload,
  'ingest.too_many_connections': SrtReject.resource,
  'internal': SrtReject.internal,
}

/** The code that a caller gets for one of our errors. */
export function rejectCode(reason: AppError): number {
  return codes[reason.code] ?? SrtReject.forbidden
}

/** What a rejection before anybody was asked means, as one of our errors. */
export const rejectedAs: Readonly<
  Record<number, readonly [code: 'ingest.srt_passphrase' | 'ingest.too_many_connections' | 'ingest.srt', message: string]>
> = {
  [SrtReject.badSecret]: ['ingest.srt_passphrase', 'The passphrase is wrong'],
  [SrtReject.unsecure]: ['ingest.srt_passphrase', 'One side has a passphrase and the other has none'],
  [SrtReject.resource]: ['ingest.too_many_connections', 'Too many SRT connections'],
  [SrtReject.version]: ['ingest.srt', 'The caller speaks an older version of SRT'],
  [SrtReject.rogue]: ['ingest.srt', 'The SRT handshake is malformed'],
  [SrtReject.congestion]: ['ingest.srt', 'The caller asks for file transfer; only live mode is served'],
  [SrtReject.group]: ['ingest.srt', 'The caller asks for bonded connections, which are not supported'],
}
