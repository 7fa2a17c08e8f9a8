import { isIP } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { AppError } from '../../../platform/errors.ts'

/** `system`: as this machine's authorities say; `any`: not looked at; else the SHA-256 fingerprint that it must have, in hex without colons. */
export type CertificateTrust = string

/** Reads what a user gave: `system`, `any` or a SHA-256 fingerprint with or without colons. Throws `destination.address_invalid`. */
export function readCertificateTrust(text: string): CertificateTrust {
  const plain = text.trim().toLowerCase()
  if (plain === 'system' || plain === 'any') return plain
  const hex = plain.replace(/^sha-?256[:= ]/, '').replaceAll(/[:\s]/g, '')
  if (/^[0-9a-f]{64}$/.test(hex)) return hex
  throw new AppError('destination.address_invalid', 'The certificate is "system", "any" or a SHA-256 fingerprint of 64 hex digits')
}

/** How to connect: the certificate is judged by `certificateProblem` once it is there, so that its fingerprint is known. */
export function tlsOptions(host: string): ConnectionOptions {
  return { rejectUnauthorized: false, ...(isIP(host) ? { host } : { servername: host }) }
}

/** Why the peer of a connection made with `tlsOptions` must not be trusted, in a sentence; undefined where it may. Ask before a byte is sent. */
export function certificateProblem(socket: TLSSocket, trust: CertificateTrust, host: string): string | undefined {
  if (trust === 'any') return undefined
  const colons = socket.getPeerCertificate().fingerprint256 ?? ''
  if (trust !== 'system') {
    const found = colons.replaceAll(':', '').toLowerCase()
    return found === trust ? undefined : `The certificate of ${host} has another fingerprint than the one accepted: ${colons || 'none'}`
  }
  if (socket.authorized) return undefined
  return `${reason(String(socket.authorizationError), host)} (SHA-256 ${colons || 'unknown'})`
}

function reason(code: string, host: string): string {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return `The certificate of ${host} is signed by nobody that this machine trusts`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of the destination is not for ${host}`
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${host} has expired`
    default:
      return `The certificate of ${host} is not to be trusted: ${code.slice(0, 100)}`
  }
}
