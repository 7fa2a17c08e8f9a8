import { Circle, Square } from 'lucide-react'
import type { RecordingRule, RuleInForce } from '../../src-main/live/jobs/recording/schemas.ts'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import { formatBytes, formatDuration } from '../client/format.ts'
import { useResource } from '../client/resource.ts'
import type { Stream } from '../client/types.ts'
import { useMayEdit } from '../components/page.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { recording as t } from '../messages/page.ts'
import { RecordingList } from './recording-list.tsx'
import { recordingStatuses, recordings, streamRules } from './recording-store.ts'
import { RuleForm } from './rule-form.tsx'
import './recording.css'
import { sentencesOf } from '../client/host-error.ts'

function Control({ stream }: { readonly stream: Stream }) {
  const editor = useMayEdit()
  const status = useResource(recordingStatuses, stream.name)
  const { items } = useCollection(recordings, { stream: stream.name })
  const growing = status?.recordingId ? items[status.recordingId] : undefined
  const running = status !== undefined && status.state !== 'off'
  const act = async (): Promise<void> => {
    try {
      await recordingStatuses.keep(stream.name, call(running ? 'DELETE' : 'POST', `/live/streams/${stream.id}/recording`))
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <section className="card" aria-label={t.recording}>
      <div className="card-body row recording-control">
        {editor && (
          <button
            type="button"
            className={running ? 'button' : 'button primary danger'}
            disabled={!running && stream.state !== 'active'}
            onClick={() => void act()}
            data-testid="record"
          >
            {running ? <Square size={15} /> : <Circle size={15} fill="currentColor" />}
            {running ? t.stopRecording : t.record}
          </button>
        )}
        <span data-testid="recording-status" data-state={status?.state ?? 'off'} role="status">
          {status?.state === 'recording' && <span className="chip live">{t.recordingLower}</span>}
          {status?.state === 'waiting' && <span className="chip pending">{t.waiting}</span>}
          {status?.state === 'failed' && <span className="chip error">{t.failed}</span>}
          {!running && <span className="quiet">{stream.state === 'active' ? t.notRecorded : t.notLiveNothingToRecord}</span>}
        </span>
        {growing && (
          <span className="quiet">
            {formatDuration(growing.durationMs)}, {formatBytes(growing.bytes)}, {growing.fileName}
          </span>
        )}
        {status?.error && (
          <p className="recording-error" role="alert" data-testid="recording-error">
            {sentencesOf(status.error)}
          </p>
        )}
      </div>
    </section>
  )
}

function Rule({ stream }: { readonly stream: Stream }) {
  const editor = useMayEdit()
  const inForce = useResource(streamRules, stream.id)
  const path = `/live/streams/${stream.id}/recording-rule` as const
  const keep = (answer: Promise<RuleInForce>) => streamRules.keep(stream.id, answer)
  const save = async (rule: RecordingRule): Promise<void> => {
    try {
      await keep(call('PUT', path, { body: rule }))
      notify(t.ruleSaved)
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <section className="card" aria-label={t.rule}>
      <header>
        <h2>{t.rule}</h2>
        {inForce?.from === 'stream' && editor ? (
          <button
            type="button"
            className="button quiet"
            data-testid="rule-default"
            onClick={() => void keep(call('DELETE', path)).catch(notifyError)}
          >
            {t.useTheDefault}
          </button>
        ) : (
          <span className="chip plain">{t.default}</span>
        )}
      </header>
      <div className="card-body">
        {inForce && <RuleForm key={`${stream.id} ${inForce.from}`} rule={inForce.rule} disabled={!editor} onSave={save} />}
      </div>
    </section>
  )
}

/** A stream's tab: record it now, by rule, and what was recorded of it. */
export function RecordingPanel({ stream }: { readonly stream: Stream }) {
  return (
    <div className="stack">
      <Control stream={stream} />
      <section className="card" aria-label={t.recordings}>
        <RecordingList stream={stream.name} />
      </section>
      <Rule stream={stream} />
    </div>
  )
}
