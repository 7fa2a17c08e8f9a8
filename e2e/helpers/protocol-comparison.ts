import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { OBSWebSocket } from 'obs-websocket-js/json'

/** Compares what two servers of the obs-websocket protocol answer to the same requests, and what they send of themselves. */

export interface ProtocolEvent {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** One of both servers. */
export interface Side {
  readonly name: string
  readonly client: OBSWebSocket
  /** Numbers of items and the like, which each server gives by itself. */
  readonly kept: Record<string, unknown>
  readonly events: ProtocolEvent[]
}

export interface Step {
  readonly request: string
  readonly data?: object | ((kept: Readonly<Record<string, any>>) => object)
  /** Keeps fields of the answer for later steps, by name. */
  readonly keep?: Readonly<Record<string, string>>
  /** Fields of the answer whose values are the same, by path. */
  readonly same?: readonly string[]
  /** Events that both send because of it, with fields whose values are the same. */
  readonly events?: Readonly<Record<string, readonly string[]>>
  /** Fields that are compared in no way, by path. */
  readonly apart?: readonly string[]
  /** A state in which both answer alike comes only after some time. */
  readonly until?: (answer: Readonly<Record<string, any>>) => boolean
}

/** For what comes some time after the answer, ms. */
const maxWaitMs = 20_000

interface Outcome {
  readonly code: number
  readonly answer: Readonly<Record<string, any>>
}

async function call({ client, kept }: Side, { request, data = {} }: Step): Promise<Outcome> {
  try {
    const given = typeof data === 'function' ? data(kept) : data
    const answer: unknown = await client.call(request as never, given as never)
    return { code: 100, answer: (answer ?? {}) as Outcome['answer'] }
  } catch (error) {
    return { code: (error as { code: number }).code, answer: {} }
  }
}

/** The value at `scenes.0.sceneName`. */
function at(value: any, path: string): unknown {
  return path.split('.').reduce((inner, name) => inner?.[name], value)
}

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value)

/** Fields that the first has and the second lacks or has with another type. Of lists the first entries are compared. */
function shapeFaults(real: unknown, ours: unknown, place: string, apart: readonly string[]): string[] {
  if (apart.includes(place)) return []
  const [one, other] = [typeOf(real), typeOf(ours)]
  if (one !== other) return [`${place}: ${one} in OBS, ${other} here`]
  if (one === 'list') {
    const [first] = real as unknown[]
    const [second] = ours as unknown[]
    if (first === undefined) return []
    return second === undefined ? [`${place}: has entries in OBS, none here`] : shapeFaults(first, second, `${place}.0`, apart)
  }
  if (one !== 'object') return []
  return Object.entries(real as object).flatMap(([name, value]) => {
    const inner = place === '' ? name : `${place}.${name}`
    if (apart.includes(inner)) return []
    if (!Object.hasOwn(ours as object, name)) return [`${inner}: not here`]
    return shapeFaults(value, (ours as Record<string, unknown>)[name], inner, apart)
  })
}

function valueFaults(real: unknown, ours: unknown, paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const [first, second] = [at(real, path), at(ours, path)]
    const [one, other] = [JSON.stringify(first), JSON.stringify(second)]
    return isDeepStrictEqual(first, second) ? [] : [`${path}: ${one} in OBS, ${other} here`]
  })
}

/** Does a step on both, the real OBS first, and answers how ours differs from it. */
export async function compareStep(step: Step, real: Side, ours: Side): Promise<readonly string[]> {
  const { request, same = [], events = {}, apart = [], keep = {}, until } = step
  const outcomes: Outcome[] = []
  for (const side of [real, ours]) {
    side.events.length = 0
    let outcome = await call(side, step)
    for (const endMs = performance.now() + maxWaitMs; until !== undefined && !until(outcome.answer) && performance.now() < endMs; ) {
      await sleep(50)
      outcome = await call(side, step)
    }
    for (const [name, path] of Object.entries(keep)) side.kept[name] = at(outcome.answer, path)
    outcomes.push(outcome)
  }
  const [one, other] = outcomes as [Outcome, Outcome]
  const what = `${request} ${JSON.stringify(typeof step.data === 'function' ? step.data(ours.kept) : (step.data ?? {}))}`
  if (one.code !== other.code) return [`${what}: status ${one.code} in OBS, ${other.code} here`]
  const faults = [...shapeFaults(one.answer, other.answer, '', apart), ...valueFaults(one.answer, other.answer, same)]
  for (const [type, fields] of Object.entries(events)) {
    const found = await eventFaults(type, real, ours, (first, second) => [
      ...shapeFaults(first, second, '', apart),
      ...valueFaults(first, second, fields),
    ])
    faults.push(...found.map((fault) => `event ${type}: ${fault}`))
  }
  return faults.map((fault) => `${what}: ${fault}`)
}

/** Waits for an event of that type from both that are alike: one of OBS that an earlier step caused may come first. */
async function eventFaults(
  type: string,
  real: Side,
  ours: Side,
  compare: (first: ProtocolEvent['data'], second: ProtocolEvent['data']) => readonly string[],
): Promise<readonly string[]> {
  for (const endMs = performance.now() + maxWaitMs; ; await sleep(25)) {
    const [first = [], second = []] = [real, ours].map(({ events }) => events.filter((event) => event.type === type))
    const found = first.flatMap((one) => second.map((other) => compare(one.data, other.data)))
    if (found.some((faults) => faults.length === 0)) return []
    if (performance.now() < endMs) continue
    return found.at(-1) ?? [`${first.length === 0 ? 'not from OBS' : 'from OBS'}, ${second.length === 0 ? 'not here' : 'here'}`]
  }
}
