import { fetchedByHost } from '../../../../../platform/fetched-by-host.ts'

export interface AddressListener {
  onBody(bytes: Uint8Array): void
  /** It cannot be had now. Told once for the same problem. */
  onProblem(problem: string): void
}

export interface PollLimits {
  readonly everyMs: number
  readonly maxBytes: number
}

/** Longest wait for an answer, ms. */
const patienceMs = 10_000

/** Asks an address again and again and tells what it answers. Only http and https are asked. */
export function pollAddress(address: string, limits: PollLimits, listener: AddressListener): { again(): void; stop(): void } {
  const ending = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let told: string | undefined
  let asking = false

  function fault(problem: string): void {
    if (ending.signal.aborted || problem === told) return
    told = problem
    listener.onProblem(problem)
  }

  async function ask(): Promise<void> {
    asking = true
    try {
      const url = readAddress(address)
      const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(patienceMs)])
      const reply = await fetch(url, { signal, headers: { accept: 'text/plain, */*;q=0.5', [fetchedByHost.name]: fetchedByHost.value } })
      if (!reply.ok) {
        await reply.body?.cancel()
        fault(`${url.host} answers ${reply.status}`)
      } else {
        const body = await readBounded(reply, limits.maxBytes)
        if (ending.signal.aborted) return
        told = undefined
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

class AddressFault extends Error {}

function readAddress(address: string): URL {
  if (!URL.canParse(address)) throw new AddressFault(`${address} is no address`)
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new AddressFault(`${url.protocol} addresses are not asked: only http and https`)
  return url
}

async function readBounded(reply: Response, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of reply.body ?? []) {
    bytes += part.length
    if (bytes > maxBytes) throw new AddressFault(`The answer is longer than ${maxBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function describe(address: string, error: Error): string {
  if (error instanceof AddressFault) return error.message
  // Not the whole of it: an address may carry what is secret.
  const { host } = new URL(address)
  if (error.name === 'TimeoutError') return `${host} does not answer within ${patienceMs / 1000} s`
  const cause = error.cause instanceof Error ? error.cause.message : error.message
  return `${host} cannot be reached: ${cause}`
}
