import { setTimeout as sleep } from 'node:timers/promises'
import type { HostClient } from './host-client.ts'
import { type HostState, readHostState, stateTopics } from './host-state.ts'

/** Between attempts to reach a host, ms. */
const retryMs = 1000
/** Events that come together are answered with one reading, ms. */
const settleMs = 80

/** Topics that are handed on besides. */
const noticeTopics = ['studio.file.updated', 'studio.guest.updated', 'health.findings', 'recording.completed'] as const

export interface FollowOptions {
  /** The host that runs now; throws if no host runs. */
  readonly findHost: () => HostClient
  /** How the host is; undefined while none runs. Called whenever that changes. */
  readonly onState: (state: HostState | undefined) => void
  readonly onEvent: (topic: string, data: unknown) => void
  readonly signal: AbortSignal
}

/** Follows the host of a data folder, or elsewhere: over its end, and over the start of another. Resolves after the signal. */
export async function followHost(options: FollowOptions): Promise<void> {
  const { findHost, onState, signal } = options
  let shown = true
  while (!signal.aborted) {
    try {
      await followOne(findHost(), options, () => {
        shown = true
      })
    } catch {
      // It is not there (any more), or answers what no host answers: the next attempt looks again.
    }
    if (shown && !signal.aborted) onState(undefined)
    shown = false
    await sleep(retryMs, undefined, { signal }).catch(() => undefined)
  }
}

async function followOne(client: HostClient, { onState, onEvent, signal }: FollowOptions, onShown: () => void): Promise<void> {
  const end = new AbortController()
  const both = AbortSignal.any([signal, end.signal])
  let reading = false
  let again = false
  const read = async (): Promise<void> => {
    again = true
    if (reading) return
    reading = true
    try {
      while (again && !both.aborted) {
        again = false
        const state = await readHostState(client)
        if (both.aborted) return
        onShown()
        onState(state)
        await sleep(settleMs)
      }
    } catch {
      // A host that went away in between, or that does not let us read: it is followed from the start.
      end.abort()
    } finally {
      reading = false
    }
  }
  try {
    await client.listen(
      [...stateTopics, ...noticeTopics],
      ({ topic, data }) => {
        onEvent(topic, data)
        if ((stateTopics as readonly string[]).includes(topic)) void read()
      },
      both,
      () => void read(),
    )
  } finally {
    end.abort()
  }
}
