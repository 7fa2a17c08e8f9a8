import { AppError } from '../../../../platform/errors.ts'
import { fetchedByHost } from '../../../../platform/outbound/fetched-by-host.ts'
import { isRecord } from '../../../../platform/routes/schema-faults.ts'

/** How long a service may take to answer, ms. */
const patienceMs = 10_000
const maxAnswerBytes = 1024 * 1024
/** Of what a service says is wrong, characters. */
const maxProblem = 200

export interface ServiceRequest {
  /** Name of the service, for errors. */
  readonly service: string
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT'
  /** Of the service's API. */
  readonly base: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as a form instead, as OAuth takes it. */
  readonly form?: Readonly<Record<string, string>>
}

export interface ServiceAnswer {
  readonly status: number
  /** JSON; undefined where the service sends none. */
  readonly answer: unknown
}

/**
 * Asks a service over HTTP, whatever it answers. Rejects with `studio.channel_unreachable` where it does not answer, and with
 * `studio.channel_failed` where its answer is not JSON.
 */
export async function askForAnswer(request: ServiceRequest): Promise<ServiceAnswer> {
  const { service, method, base, path, query = {}, headers, body, form } = request
  let response: Response
  let text: string
  try {
    const url = new URL(path, base)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const content = form === undefined ? (body === undefined ? undefined : JSON.stringify(body)) : new URLSearchParams(form)
    response = await fetch(url, {
      method,
      // The token is for this service alone.
      redirect: 'error',
      headers: {
        ...headers,
        [fetchedByHost.name]: fetchedByHost.value,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(content === undefined ? {} : { body: content }),
      signal: AbortSignal.timeout(patienceMs),
    })
    text = await readText(response)
  } catch (cause) {
    throw new AppError('studio.channel_unreachable', `${service} does not answer`, { cause })
  }
  const answer = parse(text)
  if (response.ok && text !== '' && answer === undefined) throw failed(service, 'its answer is no JSON')
  return { status: response.status, answer }
}

/** As `askForAnswer`; answers its JSON, undefined where it sends none. Rejects with `studio.channel_token` and `studio.channel_failed`, too. */
export async function askService(request: ServiceRequest): Promise<unknown> {
  const { service } = request
  const { status, answer } = await askForAnswer(request)
  if (status === 401) throw new AppError('studio.channel_token', `${service} does not take it: ${problemOf(answer)}`)
  if (status < 200 || status > 299) throw failed(service, `${status}, ${problemOf(answer)}`)
  return answer
}

const failed = (service: string, problem: string, cause?: unknown): AppError =>
  new AppError('studio.channel_failed', `${service}: ${problem}`, { cause })

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

/** What is wrong, in the words of the service: `message` of Twitch, `error.message` of YouTube, what OAuth answers (RFC 6749 section 5.2). */
export function problemOf(answer: unknown): string {
  const inner = isRecord(answer) && isRecord(answer.error) ? answer.error : answer
  const words = ['message', 'error_description', 'error'].map((name) => textIn(inner, name))
  const message = words.find((each) => each !== '') ?? 'without a reason'
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
