import type { OBSWebSocketError } from 'obs-websocket-js/json'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import { OutboundFault } from '../../platform/outbound/network-policy.ts'
import { textOf } from './said.ts'

/** Codes with which obs-websocket closes a connection. */
const closeCode = { authenticationFailed: 4009, unsupportedRpcVersion: 4010, sessionInvalidated: 4011 } as const

/** Why no connection came about, or why one ended. `where`: HOST:PORT for people. */
export function connectionFault(
  error: unknown,
  where: string,
  asked: { readonly authentication: boolean; readonly password: boolean },
): AppError {
  if (error instanceof AppError) return error
  if (error instanceof OutboundFault) return new AppError('url.forbidden', error.message)
  const { code, message } = error as { readonly code?: unknown; readonly message?: string }
  const text = message ?? ''
  switch (code) {
    case closeCode.authenticationFailed:
      return asked.password
        ? new AppError('obs.password_wrong', `The OBS at ${where} does not accept the password`)
        : new AppError('obs.password_needed', `The OBS at ${where} asks for a password`)
    case closeCode.unsupportedRpcVersion:
      return new AppError('obs.version_too_old', `The OBS at ${where} does not speak version 1 of the protocol`)
    case closeCode.sessionInvalidated:
      return new AppError('obs.closed_by_obs', `The OBS at ${where} ended the session`)
  }
  if (/subprotocol|Unexpected server response|Invalid WebSocket frame|Parse Error|Sec-WebSocket-Accept|Max payload/i.test(text)) {
    return new AppError('obs.not_obs', `What answers at ${where} is not OBS with obs-websocket 5: ${text}`)
  }
  if (/handshake has timed out/i.test(text)) return new AppError('obs.not_answering', `${where} accepts connections but says nothing`)
  const system = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ECONNRESET)\b/.exec(`${String(code)} ${text}`)?.[1]
  return new AppError('obs.unreachable', `No OBS answers at ${where}${system === undefined ? '' : ` (${reasons[system] ?? system})`}`)
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no answer',
  ECONNRESET: 'the connection was closed',
}

/** An answer of OBS that is no success, in the catalogue's words. */
export function requestFault(request: string, code: number, comment: string | null | undefined): AppError {
  const said = textOf(comment)
  const says = said !== '' ? `${request}: ${said}` : `${request}: OBS answers with status ${code}`
  return new AppError(kindOf(code), says, { details: { request, status: code } })
}

function kindOf(code: number): ErrorCode {
  if (code === 204) return 'obs.request_unknown'
  if (code === 207) return 'obs.not_ready'
  if (code >= 300 && code < 500) return 'obs.request_invalid'
  if (code >= 500 && code < 600) return 'obs.wrong_state'
  if (code === 600) return 'obs.resource_not_found'
  if (code === 601) return 'obs.resource_exists'
  if (code === 602 || code === 603 || code === 604 || code === 605) return 'obs.request_invalid'
  return 'obs.request_failed'
}

/** True for what the library rejects with where OBS answered with a status that is no success. */
export function isStatus(error: unknown): error is OBSWebSocketError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'number' && (error as OBSWebSocketError).code > 0
}
