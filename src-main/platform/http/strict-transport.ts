import { isIP } from 'node:net'

/** RFC 6797: browsers that saw it over TLS use HTTPS alone for this name and those below it, for a year. */
export const strictTransport = 'max-age=31536000; includeSubDomains'

/** Last labels that no public certificate is given for: RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, ICANN's `internal`, and habit. */
const privateLabels = /(?:^|\.)(?:alt|corp|example|home|home\.arpa|internal|intranet|invalid|lan|local|localhost|onion|private|test)$/

/** True for the name of a Host header or `:authority` that the public DNS can have: no IP address, no single label, no name of one network. */
export function isPublicName(authority: string | undefined): boolean {
  const name = (authority ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
  return name.includes('.') && !name.startsWith('[') && isIP(name) === 0 && !privateLabels.test(name)
}
