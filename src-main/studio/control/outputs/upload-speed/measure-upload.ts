import { randomBytes } from 'node:crypto'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Value } from 'typebox/value'
import { AppError } from '../../../../platform/errors.ts'
import { fetchedByHost } from '../../../../platform/outbound/fetched-by-host.ts'
import { lookupOf } from '../../../../platform/outbound/judged-connection.ts'
import { type NetworkPolicy, OutboundFault, resolveTarget } from '../../../../platform/outbound/network-policy.ts'
import { isPublicIp } from '../../../../platform/outbound/public-ip.ts'
import { textIn } from '../channels/ask-service.ts'
import { type MeasuredUpload, MeasuredUploadSchema, maxTestBytes } from './upload-sink.ts'

/** For how long bytes are sent, ms. */
const sendMs = 6000
/** Until the other host has answered, ms. */
const patienceMs = 25_000
const maxAnswerBytes = 64 * 1024
const pieceBytes = 64 * 1024

export interface UploadTarget {
  /** Base URL of another AMI Streams host. */
  readonly url: string
  /** A token of that host, with the role editor. */
  readonly token: string
  readonly network: NetworkPolicy
  /** By an editor: see `resolveTarget`. */
  readonly limited: boolean
  readonly sendForMs?: number
}

/**
 * Measures how fast this machine uploads, to another host of the user: sends bytes for some seconds, and that host says how fast they came.
 * Rejects with `request.invalid`, `studio.upload_not_measured` or `url.forbidden`.
 */
export async function measureUpload({ url: text, token, network, limited, sendForMs = sendMs }: UploadTarget): Promise<MeasuredUpload> {
  const failed = (problem: string, cause?: unknown): AppError => new AppError('studio.upload_not_measured', problem, { cause })
  const base = URL.parse(text)
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new AppError('request.invalid', 'The URL is not valid, or does not start with https:// or http://', {
      details: { field: 'body.url' },
    })
  }
  const secure = base.protocol === 'https:'
  const port = Number(base.port) || (secure ? 443 : 80)
  const target = await resolveTarget(base.hostname, port, network, limited).catch((error: Error) => {
    throw error instanceof OutboundFault ? new AppError('url.forbidden', error.message) : failed(`${base.host} is not known`, error)
  })
  // A token must not be read by others on the way.
  if (!secure && target.addresses.some(({ address }) => isPublicIp(address)))
    throw failed('http:// is for private networks alone: use https://')
  const signal = AbortSignal.timeout(patienceMs)
  const endsAtMs = performance.now() + sendForMs
  // What does not compress, as media do not.
  const piece = randomBytes(pieceBytes)
  function* pieces() {
    for (let sent = 0; sent + pieceBytes <= maxTestBytes && performance.now() < endsAtMs; sent += pieceBytes) yield piece
  }
  const asking = (secure ? requestHttps : requestHttp)({
    host: target.host,
    port,
    method: 'POST',
    path: `${base.pathname.replace(/\/$/, '')}/api/v1/studio/upload-test`,
    headers: {
      'host': base.host,
      'authorization': `Bearer ${token}`,
      'content-type': 'application/octet-stream',
      [fetchedByHost.name]: fetchedByHost.value,
    },
    agent: false,
    lookup: lookupOf(target),
    signal,
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => asking.once('response', resolve).on('error', reject))
  // A host that rejects answers before everything is sent, and closes the connection.
  const sent = pipeline(Readable.from(pieces()), asking).catch(() => undefined)
  try {
    const response = await answered
    const answer = await readJson(response)
    if (response.statusCode !== 200)
      throw failed(`${base.host} answers ${response.statusCode}: ${textIn(answer, 'title') || 'it is no AMI Streams host'}`)
    if (!Value.Check(MeasuredUploadSchema, answer)) throw failed(`${base.host} is no AMI Streams host`)
    return answer
  } catch (error) {
    throw error instanceof AppError ? error : failed(`${base.host} does not answer`, error)
  } finally {
    asking.destroy()
    await sent
  }
}

async function readJson(response: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response) {
    bytes += (piece as Buffer).length
    if (bytes > maxAnswerBytes) throw new Error('the answer is too long')
    pieces.push(piece as Buffer)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'))
  } catch {
    return undefined
  }
}
