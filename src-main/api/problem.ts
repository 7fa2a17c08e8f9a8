import { type Static, Type } from 'typebox'
import { AppError, errorKinds } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { maskUrlsIn } from '../platform/url-secrets.ts'

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

/**
 * Logs what a request was answered instead of its result. A fault of the host's own has its stack; what lies elsewhere, a disk or another
 * program, is one line; what the caller did wrong or may do in a moment is nothing that an operator has to know.
 */
export function logProblem(
  logger: Logger,
  { code, status, message }: AppError,
  error: unknown,
  about: Readonly<Record<string, unknown>>,
): void {
  if (status === 500) logger.error({ err: error, ...about }, 'a request failed')
  else if (status > 500 && status !== 503) logger.warn({ code, detail: message, ...about }, 'a request failed')
  else logger.debug({ code, detail: message, ...about }, 'a request was rejected')
}
