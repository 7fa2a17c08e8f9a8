import { Circle, Pause, Play, Radio, Square } from 'lucide-react'
import { useNow } from '../../client/clock.ts'
import { formatDuration } from '../../client/format.ts'
import { commandOutput, startOutput, stopOutput, tryEdit } from '../commands.ts'
import { t } from '../messages.ts'
import { freeId } from '../places.ts'
import { useShow } from '../show-store.ts'
import type { CanvasPart, Collection, OutputReport, ProgramState } from '../types.ts'
import { openDialog, useView } from '../view-store.ts'
import { GoLiveDialog } from './go-live-dialog.tsx'
import { endLive } from './live-actions.ts'
import { isLiveOutput } from './readiness.ts'

interface LiveButtonsProps {
  readonly document: Collection
  readonly program: ProgramState
  readonly canvas: CanvasPart
  readonly editor: boolean
}

const runs = (report: OutputReport): boolean => report.state !== 'off' && report.state !== 'failed'

/** Record, and the one button that goes live. */
export function LiveButtons({ document, program, canvas, editor }: LiveButtonsProps) {
  const asking = useView((state) => state.dialog === 'goLive')
  const reports = useShow((state) => state.outputReports)
  const on = document.outputs.flatMap((output) => {
    const report = reports[output.id]
    return report !== undefined && runs(report) ? [{ output, report }] : []
  })
  const live = on.filter(({ output }) => isLiveOutput(output))
  const recording = on.find(({ output }) => output.kind === 'recording')
  const record = async (): Promise<void> => {
    const existing = document.outputs.find(({ kind }) => kind === 'recording')
    if (existing !== undefined) return void startOutput(existing.id)
    const id = freeId(t.start.recording, document.outputs)
    const value = { id, name: t.start.recording, kind: 'recording', canvas: canvas.id }
    if ((await tryEdit([{ do: 'add', to: 'outputs', value }])) !== undefined) void startOutput(id)
  }
  return (
    <span className="live-buttons" data-live={live.length > 0}>
      {recording !== undefined ? (
        <>
          <button
            type="button"
            className="button recording"
            disabled={!editor}
            onClick={() => void stopOutput(recording.output.id)}
            title={t.outputs.stopRecording}
            data-testid="stop-recording"
          >
            <Square size={14} /> <span className="stop-label">{t.outputs.stopRecording}</span>{' '}
            <Elapsed since={recording.report.startedAt} />
          </button>
          {recording.report.state === 'paused' ? (
            <button
              type="button"
              className="button icon"
              aria-label={t.outputs.resumeRecording}
              title={t.outputs.resumeRecording}
              disabled={!editor}
              onClick={() => void commandOutput(recording.output.id, 'resume')}
            >
              <Play size={15} />
            </button>
          ) : (
            <button
              type="button"
              className="button icon"
              aria-label={t.outputs.pauseRecording}
              title={t.outputs.pauseRecording}
              disabled={!editor || recording.report.state !== 'live'}
              onClick={() => void commandOutput(recording.output.id, 'pause')}
            >
              <Pause size={15} />
            </button>
          )}
        </>
      ) : (
        editor && (
          <button type="button" className="button" onClick={() => void record()} data-testid="record">
            <Circle size={14} className="record-dot" /> {t.outputs.record}
          </button>
        )
      )}
      {live.length > 0 ? (
        <>
          <span className="chip live" data-testid="on-air">
            {t.outputs.liveTo(live.filter(({ report }) => report.state === 'live').length, live.length)}{' '}
            <Elapsed since={live.map(({ report }) => report.startedAt).find((each) => each !== null) ?? null} />
          </span>
          {editor && (
            <button type="button" className="button danger" onClick={() => void endLive(document.outputs)} data-testid="end-live">
              {t.outputs.endAction}
            </button>
          )}
        </>
      ) : (
        editor && (
          <button type="button" className="button primary go-live" onClick={() => openDialog('goLive')} data-testid="go-live">
            <Radio size={16} /> {t.goLive.title}
          </button>
        )
      )}
      {editor && asking && <GoLiveDialog document={document} program={program} canvas={canvas} onClose={() => openDialog(null)} />}
    </span>
  )
}

function Elapsed({ since }: { readonly since: string | null }) {
  const nowMs = useNow()
  return since === null ? null : <span className="elapsed">{formatDuration(nowMs - Date.parse(since))}</span>
}
