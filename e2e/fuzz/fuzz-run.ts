import { setTimeout as sleep } from 'node:timers/promises'
import type { FuzzCase, Fuzzer } from './fuzz-case.ts'
import { FuzzHost } from './fuzz-host.ts'
import { Random } from './random.ts'
import { sendCase } from './send-case.ts'

/** Conversations at a time. */
const atOnce = 12
/** The newest cases, among which the one is that ended a host. */
const suspects = 250

/** One case as it was made. */
export interface MadeCase {
  readonly index: number
  readonly fuzzCase: FuzzCase
}

export interface Slice {
  readonly cases: number
  readonly last: readonly MadeCase[]
  /** What is wrong with the host; undefined for nothing. */
  readonly fault: string | undefined
}

/** Sends cases of one fuzzer from number `from` on, until `more` says no or the host is found faulty. */
export async function runSlice(
  host: FuzzHost,
  fuzzer: Fuzzer,
  seed: number,
  from: number,
  more: (sent: number) => boolean,
): Promise<Slice> {
  let next = from
  let failed: string | undefined
  const last: MadeCase[] = []
  const work = async (): Promise<void> => {
    while (host.alive && failed === undefined && more(next - from)) {
      const index = next++
      const fuzzCase = fuzzer.make(Random.of(seed, fuzzer.name, index))
      last.push({ index, fuzzCase })
      if (last.length > suspects) last.shift()
      failed ??= failureOf(await sendCase(fuzzCase, host.target, index))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { cases: next - from, last, fault: failed ?? (await host.check()) }
}

/** The answers that say that something was not foreseen. */
function failureOf(heard: Buffer): string | undefined {
  const text = heard.toString('latin1')
  return /^HTTP\/1\.1 500|"code":"internal"/m.test(text) ? `the host answers ${text.slice(0, 600)}` : undefined
}

/** What is wrong with a host after it was sent these cases, one after the other; undefined for nothing. */
export async function replay(host: FuzzHost, cases: readonly FuzzCase[]): Promise<string | undefined> {
  for (const [index, fuzzCase] of cases.entries()) {
    const failed = failureOf(await sendCase(fuzzCase, host.target, index))
    if (failed !== undefined) return failed
  }
  // What is on its way to the log.
  await sleep(100)
  return host.glance()
}

/** Finds the case that alone brings a fresh host to the same, the newest first; the whole list where none does. */
export async function blame(last: readonly MadeCase[]): Promise<{ cases: readonly MadeCase[]; fault: string | undefined }> {
  const host = await FuzzHost.start()
  try {
    for (const made of last.toReversed()) {
      const fault = await replay(host, [made.fuzzCase])
      if (fault !== undefined) return { cases: [made], fault }
    }
    return { cases: last, fault: undefined }
  } finally {
    await host.stop()
  }
}
