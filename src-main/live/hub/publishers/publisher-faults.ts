import type { AuditLog } from '../../../platform/audit.ts'
import type { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { PublishRequest } from './publisher.ts'

/** Only one fault of this many is reported once a publisher sends them in floods. */
const FAULTS_PER_LINE = 100

/** Reports to log and audit what was malformed in what one publisher sent: the first fault, then one in a hundred, with how many there were. */
export function createFaultReporter(
  dependencies: { readonly log: Logger; readonly audit: AuditLog },
  stream: { readonly id: string; readonly name: string },
  request: PublishRequest,
): (fault: AppError) => void {
  let faults = 0
  return (fault) => {
    faults++
    if (faults !== 1 && faults % FAULTS_PER_LINE !== 0) return
    dependencies.log.warn({ streamId: stream.id, sessionId: request.sessionId, code: fault.code, faults, ...fault.details }, fault.message)
    dependencies.audit.record({
      kind: 'error',
      message: fault.message,
      streamId: stream.id,
      streamName: stream.name,
      sessionId: request.sessionId,
      remoteAddress: request.remoteAddress,
      code: fault.code,
      data: { ...fault.details, faults },
    })
  }
}
