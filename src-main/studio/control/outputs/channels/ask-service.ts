import { AppError } from '../../../../platform/errors.ts'
import { fetchedByHost } from '../../../../platform/fetched-by-host.ts'
import { isRecord } from '../../../../platform/schema-faults.ts'

/** How long a service may take to answer, ms. */
const patienceMs = 10_000
const maxAnswerBytes = 1024 * 1024
/** Of what a service says is wrong, characters. */
const maxProblem = 200

export interface ServiceRequest {
  /** Name of the service, for errors. */
  readonly service: string
  readonly method: 'GET' | 'PATCH' | 'PUT'
  /** Of the service's API. */
  readonly base: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Asks a service over HTTP; answers its JSON, undefined where it sends none. Rejects with `studio.channel_token` or `studio.channel_failed`. */
export async function askService({ service, method, base, path, query = {}, headers, body }: ServiceRequest): Promise<unknown> {
  const failed = (problem: string, cause?: unknown): AppError => new AppError('studio.channel_failed', `${service}: ${problem}`, { cause })
  let response: Response
  let text: string
  try {
    const url = new URL(path, base)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    response = await fetch(url, {
      method,
      // The token is for this service alone.
      redirect: 'error',
      headers: {
        ...headers,
        [fetchedByHost.name]: fetchedByHost.value,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patienceMs),
    })
    text = await readText(response)
  } catch (cause) {
    throw failed('it does not answer', cause)
  }
  const answer = parse(text)
  if (response.status === 401) throw new AppError('studio.channel_token', `${service} does not take it: ${problemOf(answer)}`)
  if (!response.ok) throw failed(`${response.status}, ${problemOf(answer)}`)
  if (text !== '' && answer === undefined) throw failed('its answer is no JSON')
  return answer
}

async function readText(response: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.length
    if (bytes > maxAnswerBytes) throw new Error('the answer is too long')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What is wrong, in the words of the service: `message` of Twitch, `error.message` of YouTube. */
function problemOf(answer: unknown): string {
  const inner = isRecord(answer) && isRecord(answer.error) ? answer.error : answer
  const message = isRecord(inner) && typeof inner.message === 'string' ? inner.message : 'without a reason'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a service may send anything
  return message.replaceAll(/[\u0000-\u001f\u007f]/g, ' ').slice(0, maxProblem)
}

/** The entries of a list in an answer that are objects; empty where there is no list. */
export function listIn(answer: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  const list = isRecord(answer) ? answer[name] : undefined
  return Array.isArray(list) ? list.filter(isRecord) : []
}

/** A property that is a text; empty otherwise. */
export const textIn = (record: unknown, name: string): string => (isRecord(record) && typeof record[name] === 'string' ? record[name] : '')
