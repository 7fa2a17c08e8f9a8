import {
  challengePage,
  challengePolicy,
  noncePlaceholder,
  passCookie,
  puzzlePlaceholder,
  secondsPlaceholder,
} from '../challenge/challenge-page.ts'
import { type ChallengeOptions, macLength, maxPasses, problemTemplate } from '../challenge/challenge-pass.ts'

/**
 * The script with which nginx checks passes and answers viewers without one, as `challenge-pass.ts` does where a node faces viewers itself.
 * Written for njs 0.7, which has no destructuring and no comparison in constant time.
 */
export function challengeScriptText({ bits, passSeconds, secrets }: ChallengeOptions): string {
  const page = challengePage.replaceAll(secondsPlaceholder, String(passSeconds))
  return `import crypto from 'crypto'

const secrets = ${JSON.stringify(secrets)}
const page = ${JSON.stringify(page)}
const policy = ${JSON.stringify(challengePolicy)}
const problem = ${JSON.stringify(problemTemplate)}

function sign(r, secret, expires, bits) {
  const agent = r.variables.http_user_agent || ''
  const text = 'challenge\\n' + expires + '\\n' + bits + '\\n' + r.variables.edge_network + '\\n' + agent
  return crypto.createHmac('sha256', secret).update(text).digest('base64url').slice(0, ${macLength})
}

function isPass(r, pass) {
  const parts = pass.split('.')
  if (pass.length > 60 || parts.length !== 4 || !/^\\d{1,12}$/.test(parts[0]) || !/^\\d{1,2}$/.test(parts[1])) return false
  if (!/^\\d{1,12}$/.test(parts[3]) || Number(parts[1]) < ${bits} || Number(parts[0]) * 1000 < Date.now()) return false
  // both are hashed again: how far they agree is not to be measured
  const blurred = (text) => crypto.createHash('sha256').update(secrets[0]).update(text).digest('base64')
  const given = blurred(parts[2])
  if (!secrets.some((secret) => blurred(sign(r, secret, Number(parts[0]), Number(parts[1]))) === given)) return false
  const hash = crypto.createHash('sha256').update(pass).digest('hex')
  return Math.clz32(parseInt(hash.slice(0, 8), 16)) >= Number(parts[1])
}

// empty for who has a pass, in any cookie of that name
function check(r) {
  const given = r.variables.http_challenge_pass
  if (given) return isPass(r, given) ? '' : '1'
  const cookies = (r.variables.http_cookie || '').split(';').map((each) => each.trim())
  const passes = cookies.filter((each) => each.startsWith('${passCookie}=')).slice(0, ${maxPasses})
  return passes.some((each) => isPass(r, each.slice(${passCookie.length + 1}))) ? '' : '1'
}

function answer(r) {
  const expires = Math.floor(Date.now() / 1000) + ${passSeconds}
  const signature = sign(r, secrets[0], expires, ${bits})
  const fill = (text) =>
    text.split('${puzzlePlaceholder}').join(expires + '.${bits}.' + signature).split('${noncePlaceholder}').join(signature)
  r.headersOut['Cache-Control'] = 'no-store'
  if ((r.variables.http_accept || '').indexOf('text/html') < 0) {
    r.headersOut['Content-Type'] = 'application/problem+json'
    return r.return(403, fill(problem))
  }
  r.headersOut['Content-Type'] = 'text/html; charset=utf-8'
  r.headersOut['Content-Security-Policy'] = fill(policy)
  r.return(403, fill(page))
}

export default { check, answer }
`
}
