import type { ObsEventType } from '../../../formats/obs-websocket/protocol.ts'
import type { OutputReport } from '../../control/outputs/studio-outputs.ts'
import { fileOf, isActive, type OutputRole } from '../view/output-view.ts'
import type { Emit } from './collection-events.ts'

const events: Readonly<Record<OutputRole, ObsEventType>> = {
  stream: 'StreamStateChanged',
  record: 'RecordStateChanged',
  replay: 'ReplayBufferStateChanged',
  camera: 'VirtualcamStateChanged',
}

const prefix = 'OBS_WEBSOCKET_OUTPUT_'

/** The states of OBS that an output went through from one of ours to another. */
function statesBetween(before: OutputReport['state'], after: OutputReport['state']): readonly string[] {
  if (before === after) return []
  switch (after) {
    case 'starting':
      return ['STARTING']
    case 'retrying':
      return ['RECONNECTING']
    case 'paused':
      return ['PAUSED']
    case 'live':
      return [before === 'retrying' ? 'RECONNECTED' : before === 'paused' ? 'RESUMED' : 'STARTED']
    default:
      return before === 'off' || before === 'failed' ? [] : ['STOPPING', 'STOPPED']
  }
}

/** Emits what an output went through. */
export function emitOutputChange(role: OutputRole, before: OutputReport | undefined, after: OutputReport, emit: Emit): void {
  for (const state of statesBetween(before?.state ?? 'off', after.state)) {
    const file = state === 'STOPPED' ? (fileOf(before) ?? fileOf(after)) : state === 'STARTED' ? fileOf(after) : null
    emit(events[role], {
      outputActive: isActive(after) && state !== 'STARTING',
      outputState: `${prefix}${state}`,
      ...(role === 'record' && { outputPath: file }),
    })
  }
}
