import { create } from 'zustand'
import { ApiError, explain, randomId } from '../../client/api.ts'
import type { SendProgress } from '../../client/send-pieces.ts'
import { components as t } from '../../messages/page.ts'
import { notify } from '../toasts.tsx'

/** A file that this page sends. */
export interface RunningUpload {
  readonly id: string
  readonly name: string
  readonly bytes: number
  readonly received: number
  readonly state: 'queued' | 'sending' | 'waiting' | 'failed'
  /** Why it failed, in words. */
  readonly problem: string
  readonly cancel: () => void
}

/** Files that are sent at a time: the others wait. */
const maxAtOnce = 3

export const useUploads = create<{ readonly uploads: readonly RunningUpload[] }>(() => ({ uploads: [] }))

const change = (id: string, changes: Partial<RunningUpload>): void =>
  useUploads.setState(({ uploads }) => ({ uploads: uploads.map((each) => (each.id === id ? { ...each, ...changes } : each)) }))

export const dismissUpload = (id: string): void =>
  useUploads.setState(({ uploads }) => ({ uploads: uploads.filter((each) => each.id !== id) }))

let sending = 0
const turns: (() => void)[] = []

async function takeTurn(): Promise<void> {
  if (sending >= maxAtOnce) await new Promise<void>((resolve) => turns.push(resolve))
  sending++
}

function endTurn(): void {
  sending--
  turns.shift()?.()
}

/**
 * Sends a file by `send` when its turn has come, and shows how far it is. Resolves with undefined where it failed or was cancelled, which
 * has been said.
 */
export async function runUpload<Sent>(
  { name, size }: { readonly name: string; readonly size: number },
  send: (signal: AbortSignal, progress: SendProgress) => Promise<Sent>,
): Promise<Sent | undefined> {
  const id = randomId()
  const stopper = new AbortController()
  const upload: RunningUpload = { id, name, bytes: size, received: 0, state: 'queued', problem: '', cancel: () => stopper.abort() }
  useUploads.setState(({ uploads }) => ({ uploads: [...uploads, upload] }))
  await takeTurn()
  try {
    stopper.signal.throwIfAborted()
    change(id, { state: 'sending' })
    const sent = await send(stopper.signal, {
      onBytes: (received) => change(id, { received }),
      onWaiting: (waiting) => change(id, { state: waiting ? 'waiting' : 'sending' }),
    })
    dismissUpload(id)
    return sent
  } catch (error) {
    if (stopper.signal.aborted) {
      dismissUpload(id)
      notify(t.uploads.cancelled(name))
    } else change(id, { state: 'failed', problem: error instanceof ApiError ? explain(error) : String(error) })
    return undefined
  } finally {
    endTurn()
  }
}
