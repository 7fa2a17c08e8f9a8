import { type RequestStatusCode, requestStatus } from '../../../formats/obs-websocket/protocol.ts'
import { AppError, type ErrorCode } from '../../../platform/errors.ts'

/** A request that is answered with a status that is no success. */
export class RequestFault extends Error {
  readonly code: RequestStatusCode

  constructor(status: keyof typeof requestStatus, comment: string) {
    super(comment)
    this.code = requestStatus[status]
  }
}

/** Errors of the studio that have a status of their own in the protocol. */
const statuses: Partial<Record<ErrorCode, keyof typeof requestStatus>> = {
  'studio.no_collection': 'notReady',
  'studio.not_running': 'notReady',
  'studio.preparing': 'notReady',
  'studio.engine_missing': 'notReady',
  'studio.not_found': 'resourceNotFound',
  'studio.output_not_found': 'resourceNotFound',
  'studio.collection_not_found': 'resourceNotFound',
  'studio.collection_exists': 'resourceAlreadyExists',
  'studio.collection_invalid': 'invalidRequestField',
  'studio.edit_refused': 'cannotAct',
  'studio.mode_off': 'studioModeNotActive',
  'studio.on_air': 'outputRunning',
  'studio.output_off': 'outputNotRunning',
  'studio.output_invalid': 'invalidRequestField',
  'path.forbidden': 'invalidRequestField',
  'url.forbidden': 'invalidRequestField',
  'secret.needed': 'invalidRequestField',
  'studio.secret_hidden': 'invalidRequestField',
}

/** What a client is answered for an error; undefined for one that nobody expected. */
export function faultOf(error: unknown): RequestFault | undefined {
  if (error instanceof RequestFault) return error
  if (!(error instanceof AppError) || error.code === 'internal') return undefined
  return new RequestFault(statuses[error.code] ?? 'requestProcessingFailed', error.message)
}
