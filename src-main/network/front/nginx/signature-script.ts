import type { SigningKey } from './front-options.ts'

/** The query's parameter that binds a URL to a viewer. */
const parameter = 'address'

/**
 * The script with which nginx checks signed URLs (docs/access.md, "Signed URLs"): HMAC-SHA256 in base64url over the lines SCOPE, EXPIRES,
 * IP ADDRESS (empty for any). SCOPE is the URL's path, or the folder above it that `scope` names. Written for njs 0.7, which has no
 * destructuring and no comparison in constant time.
 */
export function signatureScriptText(keys: readonly SigningKey[]): string {
  const secrets = JSON.stringify(Object.fromEntries(keys.map(({ id, secret }) => [id, secret])))
  return `import crypto from 'crypto'

const secrets = ${secrets}

function check(r) {
  const given = r.args
  const expires = given.expires
  const signature = given.signature
  if (typeof given.key !== 'string' || typeof signature !== 'string' || typeof expires !== 'string') return '1'
  if (!Object.prototype.hasOwnProperty.call(secrets, given.key)) return '1'
  if (signature.length !== 43 || !(Number(expires) * 1000 >= Date.now())) return '1'
  const viewer = given.${parameter} === undefined ? '' : given.${parameter}
  if (typeof viewer !== 'string' || (viewer !== '' && viewer !== r.remoteAddress)) return '1'
  let scope = r.uri
  if (given.scope !== undefined) {
    scope = given.scope
    if (typeof scope !== 'string' || !scope.startsWith('/') || !scope.endsWith('/') || !r.uri.startsWith(scope)) return '1'
  }
  const secret = secrets[given.key]
  const wanted = crypto.createHmac('sha256', secret).update(scope + '\\n' + expires + '\\n' + viewer).digest('base64url')
  // both are hashed again: how far they agree is not to be measured
  const blurred = (text) => crypto.createHash('sha256').update(secret).update(text).digest('base64')
  return blurred(wanted) === blurred(signature) ? '' : '1'
}

export default { check }
`
}
