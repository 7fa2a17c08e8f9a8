/** A request that nginx answered by itself. */
export interface CountedRequest {
  /** The same for requests within it: slices, updates in the background. */
  readonly id: string
  /** IPv4 address, or the first half of an IPv6 address. */
  readonly network: string
  /** The signature of a signed URL; empty for others, and not valid where the status is 403. */
  readonly user: string
  readonly status: number
  /** Decoded, without the query, shortened. */
  readonly path: string
  readonly agent: string
  /** ISO 3166-1 alpha-2; empty where it is not known. */
  readonly country: string
}

/** Reads a line of the log. Undefined where it is no such line. */
export function readCountedRequest(line: string): CountedRequest | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!Array.isArray(value) || value.length !== 7 || !value.every((each) => typeof each === 'string')) return undefined
  const [id, network, user, status, path, agent, country] = value as [string, string, string, string, string, string, string]
  return { id, network, user: user === '-' ? '' : user, status: Number(status), path, agent, country: country === '--' ? '' : country }
}
