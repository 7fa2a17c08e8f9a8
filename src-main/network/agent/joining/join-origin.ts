import { request } from 'node:http'
import Value from 'typebox/value'
import { AppError, isErrorCode } from '../../../platform/errors.ts'
import { plainFingerprint, readJoinToken } from '../../origin/nodes/join-token.ts'
import { joinText, signText } from '../../origin/nodes/node-keys.ts'
import { RegisteredSchema } from '../../origin/nodes/node-schemas.ts'
import { type NodeState, newNodeKey } from './node-state.ts'
import { connectToOrigin, type OriginTarget, readOriginUrl } from './origin-connection.ts'

const maxAnswerBytes = 64 * 1024
const answerMs = 15_000

/**
 * Makes this machine a node of an origin: the token goes to the origin that it names, and to no other. Throws `command.invalid`,
 * `network.origin_*` and what the origin answers.
 * @param shown SHA-256 of the certificate of an origin that did not make the token itself; `ca` for one that this machine trusts
 */
export async function joinOrigin(
  origin: string,
  tokenText: string,
  { name, id: wanted }: { readonly name: string; readonly id?: string | undefined },
  shown?: string,
): Promise<NodeState> {
  const url = readOriginUrl(origin)
  const token = readJoinToken(tokenText)
  if (token === undefined) throw new AppError('command.invalid', 'This is not a join token: one starts with "join_"')
  const fingerprint = url.protocol === 'https:' ? fingerprintOf(shown, token.fingerprint) : undefined
  const key = newNodeKey()
  const body = {
    token: tokenText.trim(),
    publicKey: key.publicKey,
    proof: signText(key.privateKey, joinText(tokenText.trim())),
    name,
    ...(wanted === undefined ? {} : { id: wanted }),
  }
  const answer = await post({ url, fingerprint }, '/api/v1/cdn/edge/register', body)
  if (!Value.Check(RegisteredSchema, answer))
    throw new AppError('network.origin_unreachable', `What answers at ${url.origin} is not a host`)
  const { id, forwardSecret } = answer
  return { origin: url.origin, fingerprint: fingerprint ?? null, id, privateKey: key.kept, forwardSecret }
}

function fingerprintOf(shown: string | undefined, known: string | undefined): string | undefined {
  if (shown === undefined) return known
  if (shown === 'ca') return undefined
  const fingerprint = plainFingerprint(shown)
  if (!/^[0-9a-f]{64}$/.test(fingerprint))
    throw new AppError('command.invalid', '--origin-fingerprint is "ca" or the 64 hex digits of the SHA-256 of a certificate')
  return fingerprint
}

async function post(target: OriginTarget, path: string, body: object): Promise<unknown> {
  const text = JSON.stringify(body)
  const { status, answer } = await new Promise<{ status: number; answer: string }>((resolve, reject) => {
    const sent = request({
      method: 'POST',
      path,
      headers: {
        'host': target.url.host,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        'connection': 'close',
      },
      createConnection: (_options, callback) => connectToOrigin(target, callback as Parameters<typeof connectToOrigin>[1]),
      signal: AbortSignal.timeout(answerMs),
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const pieces: Buffer[] = []
      let bytes = 0
      response.on('data', (piece: Buffer) => {
        bytes += piece.length
        pieces.push(piece)
        if (bytes > maxAnswerBytes) response.destroy(new Error('the answer is too long'))
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, answer: Buffer.concat(pieces).toString() }))
    })
    sent.end(text)
  }).catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause
    throw new AppError('network.origin_unreachable', `The origin at ${target.url.origin} cannot be reached: ${(cause as Error).message}`, {
      cause,
    })
  })
  let parsed: unknown
  try {
    parsed = JSON.parse(answer)
  } catch (cause) {
    throw new AppError('network.origin_unreachable', `What answers at ${target.url.origin} is not a host`, { cause })
  }
  if (status === 201) return parsed
  const { code, detail } = parsed as { code?: unknown; detail?: unknown }
  if (typeof code !== 'string' || !isErrorCode(code))
    throw new AppError('network.origin_unreachable', `What answers at ${target.url.origin} is not a host`)
  throw new AppError(code, typeof detail === 'string' ? detail : undefined)
}
