import { type Static, Type } from 'typebox'
import { AppError, type ErrorCode, errorKinds } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { maskUrlsIn } from '../platform/outbound/url-secrets.ts'

/** RFC 9457, with the catalogue's stable `code` and its remedy. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:ami-streams:error:CODE' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ description: 'stable: what programs match' }),
    remedy: Type.String({ description: 'what to do about it' }),
    requestId: Type.String({ description: 'is in the log lines of this request' }),
  },
  { description: 'RFC 9457 problem' },
)
export type Problem = Static<typeof ProblemSchema>

/** Writes an error as the API answers it. What is not of the catalogue tells nothing of the inside. */
export function toProblem(error: unknown, requestId: string): Problem {
  const known = error instanceof AppError ? error : new AppError('internal')
  return {
    ...known.details,
    type: `urn:ami-streams:error:${known.code}`,
    title: errorKinds[known.code].title,
    status: known.status,
    // a message may quote a URL that somebody typed
    detail: maskUrlsIn(known.message),
    code: known.code,
    remedy: known.remedy,
    requestId,
  }
}

/** Nothing is broken: the same request succeeds in a moment. */
const passing: ReadonlySet<ErrorCode> = new Set([
  ...(['studio.preparing', 'obs.not_ready', 'webrtc.engine_down', 'network.origin_away'] as const),
  ...(['clip.busy', 'network.busy', 'network.image_busy', 'play.too_many_listeners'] as const),
])

/**
 * Logs what a request was answered instead of its result. A fault of the host's own has its stack; what lies elsewhere, a disk or another
 * program, is one line with its cause; what the caller did wrong or may do in a moment is nothing that an operator has to know.
 */
export function logProblem(
  logger: Logger,
  { code, status, message, cause }: AppError,
  error: unknown,
  about: Readonly<Record<string, unknown>>,
): void {
  if (status === 500) logger.error({ err: error, ...about }, 'a request failed')
  else if (status > 500 && !passing.has(code))
    logger.warn({ code, detail: message, ...causeOf(cause, error), ...about }, 'a request failed')
  else logger.debug({ code, detail: message, ...about }, 'a request was rejected')
}

/** What lay beneath: its message, or, where nobody foresaw it, the error with the stacks of both. */
function causeOf(cause: unknown, error: unknown): Readonly<Record<string, unknown>> {
  if (cause === undefined) return {}
  if (cause instanceof Error && !wasForeseen(cause)) return { err: error }
  return { cause: cause instanceof Error ? cause.message : String(cause) }
}

/** True for errors of the catalogue and of the system, also where another error, e.g. of `fetch`, has wrapped them. */
function wasForeseen(cause: Error): boolean {
  return cause instanceof AppError || 'code' in cause || (cause.cause instanceof Error && wasForeseen(cause.cause))
}
