import { type Amf0Writable, writeAmf0 } from '../../../formats/rtmp/amf0.ts'
import type { ErrorCode } from '../../../platform/errors.ts'
import { announceCapabilities, type ClientCapabilities } from './capabilities.ts'

/** Bodies of the commands that the server sends (RTMP 1.0 section 7.2). */

/** `_result` of a call. */
export function resultBody(transaction: number, ...values: Amf0Writable[]): Buffer {
  return writeAmf0(['_result', transaction, ...values])
}

/** `_result` of connect, with what we support if the client supports Enhanced RTMP. */
export function connectResultBody(transaction: number, client: ClientCapabilities, objectEncoding: number): Buffer {
  return resultBody(
    transaction,
    { fmsVer: 'FMS/3,5,7,7009', capabilities: 31, mode: 1 },
    {
      level: 'status',
      code: 'NetConnection.Connect.Success',
      description: 'Connected',
      objectEncoding,
      ...announceCapabilities(client),
    },
  )
}

/** `_error` of connect. */
export function connectErrorBody(transaction: number, description: string): Buffer {
  return writeAmf0(['_error', transaction, null, { level: 'error', code: 'NetConnection.Connect.Rejected', description }])
}

/** `onStatus`; `details` is the clients' name of the stream. */
export function statusBody(level: 'status' | 'error', code: string, description: string, more: Record<string, Amf0Writable> = {}): Buffer {
  return writeAmf0(['onStatus', 0, null, { level, code, description, ...more }])
}

/** The status that encoders know for each rejection of ours. */
export function rejectionStatus(code: ErrorCode, phase: 'publish' | 'play' | 'other'): string {
  if (phase === 'play') return code === 'play.not_live' ? 'NetStream.Play.StreamNotFound' : 'NetStream.Play.Failed'
  if (phase === 'other') return 'NetConnection.Connect.Closed'
  switch (code) {
    case 'publish.key_unknown':
    case 'publish.key_disabled':
    case 'publish.key_revoked':
      return 'NetStream.Publish.Denied'
    case 'publish.busy':
    case 'publish.taken_over':
    case 'stream.name_invalid':
      return 'NetStream.Publish.BadName'
    default:
      return 'NetStream.Publish.Failed'
  }
}
