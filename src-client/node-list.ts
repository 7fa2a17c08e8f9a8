/** A node as the host lists it. */
export interface ListedNode {
  readonly id: string
  /** Base URL without a path. */
  readonly url: string
  readonly region: string | null
  /** Share of new viewers beside the others, 0 to 100; 0: none. */
  readonly weight: number
  /** Players that are there move to another node. */
  readonly draining: boolean
}

export interface NodeList {
  readonly nodes: readonly ListedNode[]
  /** ms since 1970. */
  readonly issuedAt: number
  /** Keys that may sign this list and later ones: ECDSA P-256, SPKI in base64. */
  readonly keys: readonly string[]
}

/**
 * Reads a list of nodes that one of `keys` has signed. Without keys any list is taken whose signature is valid by a key that it names itself,
 * for a first list from a host that is trusted already; a page without HTTPS has no way to check and takes that one as it is.
 * Throws where it is malformed, expired, or not signed.
 */
export async function readSignedList(answer: unknown, keys: readonly string[] | undefined, nowMs: number): Promise<NodeList> {
  const { list, signatures } = answer as { list?: unknown; signatures?: readonly { key?: unknown; signature?: unknown }[] }
  if (typeof list !== 'string' || !Array.isArray(signatures)) throw new Error('the answer is no list of nodes')
  const read = JSON.parse(list) as { [name: string]: unknown }
  const known = keys ?? (isStrings(read.keys) ? read.keys : [])
  let isSigned = keys === undefined && globalThis.crypto?.subtle === undefined
  for (const { key, signature } of signatures) {
    if (!isSigned && known.includes(key)) isSigned = await isValid(key, String(signature), list)
  }
  if (!isSigned) throw new Error('the list of nodes is not signed by a known key')
  const { version, issuedAt, expiresAt, nodes } = read
  if (version !== 1 || typeof issuedAt !== 'number' || !Array.isArray(nodes)) throw new Error('the list of nodes is malformed')
  if (!(typeof expiresAt === 'number' && nowMs < expiresAt)) throw new Error('the list of nodes has expired')
  return { issuedAt, keys: isStrings(read.keys) ? read.keys : known, nodes: nodes.filter(isNode) }
}

const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every((each) => typeof each === 'string')

function isNode(value: unknown): value is ListedNode {
  const { id, url, weight } = (value ?? {}) as Partial<ListedNode>
  return typeof id === 'string' && typeof url === 'string' && /^https?:\/\/[^/?#\s]+$/.test(url) && typeof weight === 'number'
}

async function isValid(key: string, signature: string, text: string): Promise<boolean> {
  const subtle = globalThis.crypto?.subtle
  if (subtle === undefined) return false
  try {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const imported = await subtle.importKey('spki', bytes(key), algorithm, false, ['verify'])
    return await subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, imported, bytes(signature), new TextEncoder().encode(text))
  } catch {
    return false
  }
}

const bytes = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
