/** What a viewer says over the data channel: some messages with their numbers, or a question how long the way is. */
export type InputDatagram =
  | { readonly kind: 'messages'; readonly messages: readonly (readonly [number: number, message: unknown])[] }
  | { readonly kind: 'probe'; readonly at: number }

/** Messages in a datagram. */
const maxMessages = 256

/** Reads a datagram: `[[number, message], …]`, or `{ "probe": at }`. Undefined where it is neither. */
export function readInputDatagram(text: string): InputDatagram | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (Array.isArray(value)) {
    const isWhole = value.length <= maxMessages && value.every((each) => Array.isArray(each) && each.length === 2 && isNumber(each[0]))
    return isWhole ? { kind: 'messages', messages: value as [number, unknown][] } : undefined
  }
  const { probe } = (value ?? {}) as { readonly probe?: unknown }
  return typeof probe === 'number' && Number.isFinite(probe) ? { kind: 'probe', at: probe } : undefined
}

const isNumber = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0

/** How far ahead of what was taken a message may be: the ones between are on their way. */
const maxAhead = 512

/** Puts the messages of one data channel into their order: each is taken once, however often it comes. */
export class InputOrder {
  readonly #ahead = new Map<number, unknown>()
  #taken = 0

  /** How many messages were taken. */
  get taken(): number {
    return this.#taken
  }

  /** Calls `onMessage` with what can be taken now. False where the viewer is further ahead than it may be. */
  take(messages: readonly (readonly [number: number, message: unknown])[], onMessage: (message: unknown) => void): boolean {
    for (const [number, message] of messages) {
      if (number > this.#taken + maxAhead) return false
      if (number > this.#taken) this.#ahead.set(number, message)
    }
    for (;;) {
      const next = this.#taken + 1
      if (!this.#ahead.has(next)) return true
      const message = this.#ahead.get(next)
      this.#ahead.delete(next)
      this.#taken = next
      onMessage(message)
    }
  }
}
