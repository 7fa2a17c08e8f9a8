import { Circle, Square } from 'lucide-react'
import type { RecordingMark as Mark } from '../../src-main/desktop/schemas/recording.ts'
import type { ClientMessage } from '../../src-main/desktop/sessions/client-message.ts'
import { t } from './messages.ts'
import type { Presence } from './sharing/presence.ts'
import { Tool } from './tool.tsx'

/** Says to everybody at a display that it is recorded. */
export function RecordingMark({ recording }: { readonly recording: NonNullable<Mark> }) {
  return (
    <span
      className="chip live"
      role="status"
      title={recording.by === 'rule' ? t.recordedByRule : t.recordedByHand}
      data-testid="desktop-recorded"
    >
      {t.recorded}
    </span>
  )
}

interface RecordToolProps {
  readonly presence: Presence
  /** May stop what the rule of the display started. */
  readonly owner: boolean
  readonly send: (message: ClientMessage) => void
}

/** Starts and stops the recording of the display, for those who may. */
export function RecordTool({ presence: { rights, recording }, owner, send }: RecordToolProps) {
  if (!rights.includes('record') || (recording?.by === 'rule' && !owner)) return null
  const on = recording !== null
  return (
    <Tool label={on ? t.stopRecording : t.record} pressed={on} onClick={() => send({ kind: 'record', on: !on })} testId="desktop-record">
      {on ? <Square size={16} aria-hidden="true" /> : <Circle size={16} aria-hidden="true" />}
    </Tool>
  )
}
