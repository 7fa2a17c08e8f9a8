import { AppError } from '../errors.ts'

/** What an ACME server says of a request that it rejected, or of a name that it could not validate (RFC 8555, section 6.7). */
export interface AcmeProblem {
  /** e.g. `urn:ietf:params:acme:error:rateLimited`. */
  readonly type?: unknown
  readonly detail?: unknown
}

const prefix = 'urn:ietf:params:acme:error:'
/** Text of a server is shown up to this length. */
const maxDetail = 500

/** The last word of a problem's type, e.g. `badNonce`. */
export function problemName({ type }: AcmeProblem): string {
  return typeof type === 'string' && type.startsWith(prefix) ? type.slice(prefix.length) : 'unknown'
}

/** What went wrong as an error of the catalogue, which names the cause and what to do. `name` is the domain name, where it is about one. */
export function acmeError(problem: AcmeProblem, name?: string): AppError {
  const said = typeof problem.detail === 'string' ? problem.detail.slice(0, maxDetail) : 'no reason given'
  const detail = name === undefined ? said : `${name}: ${said}`
  switch (problemName(problem)) {
    case 'rateLimited':
      return new AppError('acme.rate_limited', detail)
    case 'dns':
      return new AppError('acme.name_unknown', detail)
    case 'connection':
    case 'tls':
      return new AppError('acme.unreachable', detail)
    case 'unauthorized':
    case 'incorrectResponse':
      return new AppError('acme.wrong_answer', detail)
    default:
      return new AppError('acme.rejected', detail)
  }
}
