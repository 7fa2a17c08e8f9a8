import type { IncomingMessage } from 'node:http'
import type { JudgeTarget } from '../../../../../platform/outbound/judged-connection.ts'
import { fetchJudged } from '../../../../../platform/outbound/judged-fetch.ts'
import { OutboundFault } from '../../../../../platform/outbound/network-policy.ts'

export interface PollListener {
  onBody(bytes: Uint8Array): void
  /** It cannot be had now. Reported once for the same problem. */
  onProblem(problem: string): void
}

export interface PollLimits {
  readonly everyMs: number
  readonly maxBytes: number
}

/** Longest wait for an answer, ms. */
const patienceMs = 10_000

/** Asks a URL again and again and reports what it answers. Only http and https are asked, at hosts that `judge` allows. */
export function pollUrl(address: string, judge: JudgeTarget, limits: PollLimits, listener: PollListener): { again(): void; stop(): void } {
  const ending = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let reported: string | undefined
  let asking = false

  function fault(problem: string): void {
    if (ending.signal.aborted || problem === reported) return
    reported = problem
    listener.onProblem(problem)
  }

  async function ask(): Promise<void> {
    asking = true
    try {
      const url = readHttpUrl(address)
      const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(patienceMs)])
      const reply = await fetchJudged(url, { judge, signal, headers: { accept: 'text/plain, */*;q=0.5' } })
      const { statusCode = 0 } = reply
      if (statusCode < 200 || statusCode > 299) {
        reply.destroy()
        fault(`${url.host} answers ${statusCode}`)
      } else {
        const body = await readBounded(reply, limits.maxBytes)
        if (ending.signal.aborted) return
        reported = undefined
        listener.onBody(body)
      }
    } catch (error) {
      fault(describe(address, error as Error))
    } finally {
      asking = false
    }
    if (!ending.signal.aborted) timer = setTimeout(ask, limits.everyMs)
  }

  void ask()
  return {
    again() {
      if (asking) return
      clearTimeout(timer)
      void ask()
    },
    stop() {
      clearTimeout(timer)
      ending.abort()
    },
  }
}

class UrlFault extends Error {}

function readHttpUrl(address: string): URL {
  if (!URL.canParse(address)) throw new UrlFault(`${address} is not a URL`)
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new UrlFault(`${url.protocol} URLs are not supported: only http and https`)
  return url
}

async function readBounded(reply: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of reply as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > maxBytes) throw new UrlFault(`The answer is longer than ${maxBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function describe(address: string, error: Error): string {
  if (error instanceof UrlFault || error instanceof OutboundFault) return error.message
  // Not the whole of it: a URL may contain secrets.
  const { host } = new URL(address)
  if (error.name === 'TimeoutError') return `${host} does not answer within ${patienceMs / 1000} s`
  return `${host} cannot be reached: ${error.message}`
}
