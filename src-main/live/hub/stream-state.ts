import type { StreamState } from '../../media/live-stream.ts'

/** `reconnecting` is what the wire calls active with `reconnecting: true`. */
export type StreamPhase = 'pending' | 'active' | 'reconnecting' | 'ended' | 'error'

/**
 * What can happen to a stream: `start`: an operator requested it; `publish`: an encoder was accepted; `lost` its connection broke or
 * it was kicked; `unpublish` it unpublished, or its source within the host was stopped; `window-over` no publisher came back in time;
 * `failed` the same after malformed input; `end` an operator ended it; `restart` the host came up again; `slate` its slate is shown again
 * after that.
 */
export type StreamCause = 'start' | 'publish' | 'lost' | 'unpublish' | 'window-over' | 'failed' | 'end' | 'restart' | 'slate'

const table: Readonly<Record<StreamPhase, Partial<Record<StreamCause, StreamPhase>>>> = {
  pending: { start: 'pending', publish: 'active', slate: 'reconnecting', end: 'ended', 'window-over': 'ended' },
  active: { start: 'active', publish: 'active', lost: 'reconnecting', unpublish: 'ended', end: 'ended', restart: 'pending' },
  reconnecting: {
    unpublish: 'ended',
    start: 'reconnecting',
    publish: 'active',
    'window-over': 'ended',
    failed: 'error',
    end: 'ended',
    restart: 'pending',
  },
  ended: { start: 'pending', publish: 'active', end: 'ended' },
  error: { start: 'pending', publish: 'active', end: 'ended' },
}

/** The phase that follows; undefined where the cause has no meaning in this phase. */
export function nextPhase(phase: StreamPhase, cause: StreamCause): StreamPhase | undefined {
  return table[phase][cause]
}

/** The state that the API shows for a phase. */
export function stateOf(phase: StreamPhase): StreamState {
  return phase === 'reconnecting' ? 'active' : phase
}
