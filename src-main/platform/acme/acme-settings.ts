import { domainToASCII } from 'node:url'
import { type Static, Type } from 'typebox'
import { AppError } from '../errors.ts'

/** Options of certificates by ACME, the same for hosts and nodes. */
export const AcmeOptionsSchema = Type.Object({
  names: Type.String({
    default: '',
    maxLength: 5000,
    description:
      'names that a certificate is ordered for from an ACME authority and renewed by itself, separated by commas (live.example.com); accepts its terms of service; empty for none',
  }),
  email: Type.String({
    default: '',
    maxLength: 254,
    pattern: '^$|^[^\\s@,]+@[^\\s@,]+$',
    description: 'e-mail address that the ACME authority writes to; empty for none',
  }),
  directory: Type.String({
    default: 'https://acme-v02.api.letsencrypt.org/directory',
    maxLength: 1000,
    pattern: '^https://[^\\s]+$',
    description: 'directory of the ACME authority',
  }),
  dnsHook: Type.String({
    default: '',
    maxLength: 1000,
    description: 'program that makes DNS records for DNS-01 (set NAME VALUE, clear NAME VALUE); empty for HTTP-01 on port 80',
  }),
})
export type AcmeOptions = Static<typeof AcmeOptionsSchema>

const maxNames = 100
const label = '(?!-)[a-z0-9-]{1,63}(?<!-)'
const domain = new RegExp(`^(?:\\*\\.)?(?:${label}\\.)+(?![0-9]+$)${label}$`)

/** The names of a certificate, in ASCII and each once. Throws `config.invalid`, which says which name is invalid. */
export function acmeNames({ names, dnsHook }: Pick<AcmeOptions, 'names' | 'dnsHook'>): readonly string[] {
  const option = 'acme.names'
  const wrong = (reason: string): AppError => new AppError('config.invalid', `Option ${option}: ${reason}`, { details: { option } })
  const found = new Set<string>()
  for (const given of names.split(',').map((each) => each.trim())) {
    if (given === '') continue
    const isWild = given.startsWith('*.')
    const ascii = domainToASCII(isWild ? given.slice(2) : given)
    const name = isWild ? `*.${ascii}` : ascii
    if (!domain.test(name) || name.length > 253) throw wrong(`"${given}" is no domain name such as live.example.com`)
    if (isWild && dnsHook === '') throw wrong(`"${given}" has a wildcard, which needs acme.dnsHook`)
    found.add(name)
  }
  if (found.size > maxNames) throw wrong(`${found.size} names, ${maxNames} at most`)
  return [...found]
}
