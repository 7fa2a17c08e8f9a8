import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type Certificate, type CertificateOptions, describeCertificate, loadCertificate } from '../certificate.ts'
import { AppError } from '../errors.ts'
import { AcmeCertificate } from './acme-certificate.ts'
import { type AcmeOptions, acmeNames } from './acme-settings.ts'
import type { AcmeStatus } from './acme-status.ts'
import { dnsHook, HttpChallenges } from './challenges.ts'

/** The certificate that a host or a node shows: given, of an ACME authority, or self-made, in this order. */
export interface ServedCertificate {
  /** The one to show now. Until an authority has issued one it is self-made. Throws `certificate.invalid`. */
  current(): Promise<Certificate>
  /** Calls back with each one that an authority issues from now on. */
  onIssued(listener: (issued: Certificate) => void): void
  /** Answers an authority's request on the HTTP port; false for any other request. */
  handleChallenge(request: IncomingMessage, response: ServerResponse): boolean
  /** Null where no authority is asked. */
  acme(): AcmeStatus | null
  /** Orders and renews from now on: requests are answered. */
  start(): void
  stop(): Promise<void>
}

/** Reads the options. Throws `config.invalid` and `certificate.invalid`. */
export function createServedCertificate(options: CertificateOptions & { readonly acme: AcmeOptions }): ServedCertificate {
  const names = acmeNames(options.acme)
  if (names.length === 0) return { ...silent, current: () => loadCertificate(options) }
  if (options.certFile !== '' || options.keyFile !== '')
    throw new AppError('config.invalid', 'Option acme.names: tlsCert is given, which excludes an ACME authority', {
      details: { option: 'acme.names' },
    })
  const challenges = new HttpChallenges()
  const listeners: ((issued: Certificate) => void)[] = []
  const issued = (): Certificate | undefined => {
    const pair = ordered.current
    return pair && describeCertificate(pair.cert, pair.key, false)
  }
  const ordered = new AcmeCertificate({
    dir: join(options.dir, 'acme'),
    names,
    acme: options.acme,
    solver: options.acme.dnsHook === '' ? challenges : dnsHook(options.acme.dnsHook),
    onChange: () => {
      const certificate = issued()
      if (certificate !== undefined) for (const listener of listeners) listener(certificate)
    },
    log: options.logger,
  })
  return {
    current: async () => issued() ?? (await loadCertificate(options)),
    onIssued: (listener) => void listeners.push(listener),
    handleChallenge: (request, response) => challenges.handle(request, response),
    acme: () => ordered.status,
    start: () => ordered.start(),
    stop: () => ordered.stop(),
  }
}

const silent = {
  onIssued: () => undefined,
  handleChallenge: () => false,
  acme: () => null,
  start: () => undefined,
  stop: async () => undefined,
} as const
