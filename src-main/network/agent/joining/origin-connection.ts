import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AppError } from '../../../platform/errors.ts'
import { isLoopback } from '../../../platform/net/loopback.ts'
import { plainFingerprint } from '../../origin/nodes/join-token.ts'

/** Where a node's origin is, and how it is known. */
export interface OriginTarget {
  readonly url: URL
  /** SHA-256 of its certificate in 64 hex digits: no other is accepted. Undefined: the certificate is one that this machine trusts. */
  readonly fingerprint: string | undefined
}

/** An origin that has not answered for so long does not, ms. */
export const connectMs = 10_000

/** The origin takes connections, or seems to, and answers nothing. */
export class NoAnswerError extends Error {
  constructor({ url }: OriginTarget) {
    super(`${url.origin} has not answered within ${connectMs} ms`)
  }
}

/** True where nobody answered a connection at all. One that was rejected, or ended, was answered. */
export function isNoAnswer(error: Error): boolean {
  return error instanceof NoAnswerError || ('code' in error && error.code === 'ETIMEDOUT')
}

/** Reads the URL of an origin. Throws `command.invalid` and `network.origin_insecure`. */
export function readOriginUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.pathname !== '/')
    throw new AppError('command.invalid', `The origin "${text}" is not a URL like https://live.example.com`)
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new AppError('network.origin_insecure', `The origin ${url.origin} would be reached without encryption`)
  return url
}

/** Opens a connection to the origin; it is passed on only once the origin has shown its certificate. */
export function connectToOrigin(target: OriginTarget, callback: (error: Error | null, socket?: Socket) => void): undefined {
  const { url, fingerprint } = target
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isSecure = url.protocol === 'https:'
  const port = Number(url.port || (isSecure ? 443 : 80))
  const socket = isSecure
    ? connectTls({
        ...{ host, port, ALPNProtocols: ['http/1.1'], minVersion: 'TLSv1.2' },
        rejectUnauthorized: fingerprint === undefined,
        ...(isIP(host) === 0 ? { servername: host } : {}),
      })
    : connect({ host, port })
  const late = setTimeout(() => socket.destroy(new NoAnswerError(target)), connectMs)
  const failed = (error: Error): void => {
    clearTimeout(late)
    // Set where the certificate is the reason.
    if ('authorizationError' in socket && socket.authorizationError) callback(untrusted(url, error))
    else callback(error)
  }
  socket.once('error', failed)
  socket.once(isSecure ? 'secureConnect' : 'connect', () => {
    clearTimeout(late)
    socket.off('error', failed)
    if (fingerprint !== undefined && 'getPeerCertificate' in socket) {
      const shown = plainFingerprint(socket.getPeerCertificate().fingerprint256 as string | undefined)
      if (shown !== fingerprint) {
        socket.destroy()
        callback(new AppError('network.origin_unknown', `The certificate of ${url.origin} has the fingerprint ${shown ?? 'of none'}`))
        return
      }
    }
    socket.setNoDelay(true)
    callback(null, socket)
  })
}

function untrusted(url: URL, cause: Error): AppError {
  const code = (cause as NodeJS.ErrnoException).code ?? cause.message
  return new AppError('network.origin_untrusted', `The certificate of ${url.origin} is not trusted (${code})`, { cause })
}
