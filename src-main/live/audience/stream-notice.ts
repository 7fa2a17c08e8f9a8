import type { StreamStatus } from '../hub/stream.ts'

/** What the page of a viewer shows of a stream. */
export interface StreamNotice {
  readonly name: string
  readonly title: string
  /** `missing` if there is no such stream. */
  readonly state: StreamStatus['state'] | 'missing'
  /** Active, but the publisher is away. */
  readonly reconnecting: boolean
}

/** `status` is undefined where the name is not known. */
export function streamNotice(name: string, status: StreamStatus | undefined): StreamNotice {
  return { name, title: status?.title ?? '', state: status?.state ?? 'missing', reconnecting: status?.reconnecting === true }
}
