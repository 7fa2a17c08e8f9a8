import { Download, Film, Lock, LockOpen, Play, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Recording } from '../../src-main/live/jobs/recording/schemas.ts'
import { useCollection } from '../client/collection.ts'
import { formatBytes, formatDuration, formatTracks } from '../client/format.ts'
import { changeWithUndo, moveToTrash } from '../components/changes.ts'
import { useMayEdit } from '../components/page.ts'
import { Ago } from '../components/time.tsx'
import { TitleField } from '../components/title-field.tsx'
import { recording as t } from '../messages/page.ts'
import { RecordingPlayer } from './recording-player.tsx'
import { recordings } from './recording-store.ts'
import './recording.css'
import { inLanguage } from '../client/host-error.ts'

const stateChips = { recording: 'live', complete: 'good', recovered: 'pending', failed: 'error' } as const
const containerNames = { mp4: 'MP4', mkv: 'MKV', ts: 'TS' } as const

function RecordingRow({
  recording,
  editor,
  ofOneStream,
  onPlay,
}: {
  readonly recording: Recording
  readonly editor: boolean
  readonly ofOneStream: boolean
  readonly onPlay: () => void
}) {
  const { state, title, kept, fileUrl, fileName } = recording
  const playable = state !== 'failed'
  const path = `/live/recordings/${recording.id}` as const
  return (
    <tr data-testid="recording-row" data-recording={recording.id} data-state={state}>
      <td className="recording-picture">
        <button type="button" disabled={!playable} aria-label={t.play(fileName)} onClick={onPlay} data-testid="recording-play">
          {recording.thumbnailUrl ? <img src={recording.thumbnailUrl} alt="" loading="lazy" /> : <Film size={20} />}
          {playable && <Play className="over" size={18} />}
        </button>
      </td>
      <td data-label={t.title}>
        <TitleField
          title={title}
          of={fileName}
          editor={editor}
          testId="recording-title"
          onChange={(next) => void changeWithUndo(path, { title: next }, { title }, t.theTitleWasChanged, recordings.keep)}
        />
        <div className="small quiet">{fileName}</div>
        {!ofOneStream && (
          <Link className="small" href={`/live/${recording.stream}`}>
            {recording.stream}
          </Link>
        )}
      </td>
      <td data-label={t.started}>
        <Ago iso={recording.startedAt} />
      </td>
      <td data-label={t.duration} className="end" data-testid="recording-duration">
        {formatDuration(recording.durationMs)}
      </td>
      <td data-label={t.size} className="end">
        {formatBytes(recording.bytes)}
      </td>
      <td data-label={t.format} title={formatTracks(recording.tracks)}>
        {containerNames[recording.container]}
      </td>
      <td data-label={t.state}>
        <span className={`chip ${stateChips[state]}`} title={recording.error ? inLanguage(recording.error).message : undefined}>
          {t.states[state]}
        </span>
        {recording.error && <div className="small quiet">{inLanguage(recording.error).message}</div>}
      </td>
      <td className="end">
        <div className="row recording-actions">
          {editor && (
            <button
              type="button"
              className="button quiet icon"
              aria-pressed={kept}
              aria-label={kept ? t.letRetentionDelete(fileName) : t.keep(fileName)}
              title={kept ? t.keptRetentionLeavesItAlone : t.keepRetentionLeavesItAlone}
              data-testid="recording-keep"
              onClick={() =>
                void changeWithUndo(path, { kept: !kept }, { kept }, kept ? t.retentionMayDeleteItAgain : t.itIsKept, recordings.keep)
              }
            >
              {kept ? <Lock size={16} /> : <LockOpen size={16} />}
            </button>
          )}
          <a
            className="button quiet icon"
            href={`${fileUrl}?download=true`}
            download={fileName}
            aria-label={t.downloadNamed(fileName)}
            title={t.download}
            data-testid="recording-download"
          >
            <Download size={16} />
          </a>
          {editor && (
            <button
              type="button"
              className="button quiet icon danger"
              disabled={state === 'recording'}
              aria-label={t.delete(fileName)}
              title={state === 'recording' ? t.stopItFirst : t.deleteIt}
              data-testid="recording-delete"
              onClick={() => void moveToTrash(path, recording, fileName, recordings.keep)}
            >
              <Trash2 size={16} />
            </button>
          )}
        </div>
      </td>
    </tr>
  )
}

/** Recordings, newest first; of one stream, or of all. */
export function RecordingList({ stream }: { readonly stream?: string }) {
  const editor = useMayEdit()
  const { loaded, items } = useCollection(recordings, stream === undefined ? {} : { stream })
  const [playing, setPlaying] = useState<string | null>(null)
  const shown = Object.values(items)
    .filter((each) => each.deletedAt === null)
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
  const played = playing === null ? undefined : items[playing]
  if (!loaded) return <div className="skeleton" style={{ height: 120 }} />
  if (shown.length === 0) {
    return (
      <div className="empty" data-testid="recordings-empty">
        <Film size={32} />
        <h2>{t.noRecordingsYet}</h2>
        <p>{stream === undefined ? t.openALiveStreamChoose : t.pressRecordOrLetThe}</p>
      </div>
    )
  }
  return (
    <>
      <div className="table-wrap">
        <table data-testid="recordings">
          <thead>
            <tr>
              <th>
                <span className="sr-only">{t.image}</span>
              </th>
              <th>{t.title}</th>
              <th>{t.started}</th>
              <th className="end">{t.duration}</th>
              <th className="end">{t.size}</th>
              <th>{t.format}</th>
              <th>{t.state}</th>
              <th className="end">
                <span className="sr-only">{t.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((recording) => (
              <RecordingRow
                key={recording.id}
                recording={recording}
                editor={editor}
                ofOneStream={stream !== undefined}
                onPlay={() => setPlaying(recording.id)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {played && <RecordingPlayer recording={played} onClose={() => setPlaying(null)} />}
    </>
  )
}
