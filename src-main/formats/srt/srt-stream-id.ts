/** What a caller asks for with its stream id. */
export interface SrtStreamId {
  readonly mode: 'publish' | 'request'
  /** Name of a stream; undefined where the id is a bare stream key. */
  readonly name: string | undefined
  /** Stream key, where one was given. */
  readonly key: string | undefined
  /** Token of a signed URL to play, if one was given. */
  readonly token?: string
}

/**
 * Reads a stream id: `KEY`; `publish:KEY`, `publish:NAME:KEY`, `play:NAME`; or the access control syntax
 * `#!::r=NAME,m=publish|request,u=KEY` (draft-sharabayko-srt-01, appendix B), where `s`, `key` and `u` may all have the key, and `token`
 * that of a signed URL. Undefined if it has none of these forms.
 */
export function readSrtStreamId(streamId: string): SrtStreamId | undefined {
  if (streamId === '') return undefined
  if (streamId.startsWith('#!::')) return readAccessControl(streamId.slice(4))
  const parts = streamId.split(':')
  switch (parts[0]) {
    case 'publish':
      if (parts.length === 2 && parts[1]) return { mode: 'publish', name: undefined, key: parts[1] }
      return parts.length === 3 && parts[1] && parts[2] ? { mode: 'publish', name: parts[1], key: parts[2] } : undefined
    case 'play':
    case 'read':
    case 'request':
      return parts.length === 2 && parts[1] ? { mode: 'request', name: parts[1], key: undefined } : undefined
    default:
      return parts.length === 1 ? { mode: 'publish', name: undefined, key: streamId } : undefined
  }
}

function readAccessControl(text: string): SrtStreamId | undefined {
  const values = new Map<string, string>()
  for (const pair of text.split(',', 16)) {
    const equals = pair.indexOf('=')
    if (equals > 0) values.set(pair.slice(0, equals), pair.slice(equals + 1))
  }
  const name = values.get('r') || undefined
  const key = values.get('key') || values.get('s') || values.get('u') || undefined
  const mode = values.get('m') ?? 'request'
  // A resource alone is a key to publish with, as encoders write it that know one field only.
  if (mode === 'publish') {
    if (key !== undefined) return { mode, name, key }
    return name === undefined ? undefined : { mode, name: undefined, key: name }
  }
  const token = values.get('token')
  return mode === 'request' && name !== undefined ? { mode, name, key, ...(token ? { token } : {}) } : undefined
}
