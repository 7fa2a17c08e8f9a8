import { Film, Globe, Lock, LockOpen } from 'lucide-react'
import type { Recording } from '../../src-main/live/jobs/recording/schemas.ts'
import { useCollection } from '../client/collection.ts'
import { formatTracks } from '../client/format.ts'
import { changeWithUndo, moveToTrash } from '../components/changes.ts'
import { CopyField } from '../components/copy.tsx'
import { MediaList, newestFirst } from '../components/media-list.tsx'
import { MediaPlayer } from '../components/media-player.tsx'
import { recording as t } from '../messages/page.ts'
import { recordings } from './recording-store.ts'
import './recording.css'
import { inLanguage } from '../client/host-error.ts'

const stateChips = { recording: 'live', complete: 'good', recovered: 'pending', failed: 'error' } as const
const containerNames = { mp4: 'MP4', mkv: 'MKV', ts: 'TS' } as const

const pathOf = (recording: Recording) => `/live/recordings/${recording.id}` as const

export function RecordingState({ recording: { state, error } }: { readonly recording: Pick<Recording, 'state' | 'error'> }) {
  return (
    <>
      <span className={`chip ${stateChips[state]}`} title={error ? inLanguage(error).message : undefined}>
        {t.states[state]}
      </span>
      {error && <div className="small quiet">{inLanguage(error).message}</div>}
    </>
  )
}

interface KeepButtonProps {
  readonly kept: boolean
  readonly fileName: string
  readonly onChange: (kept: boolean, said: string) => void
}

/** Has retention leave a file alone, or not any more. */
export function KeepButton({ kept, fileName, onChange }: KeepButtonProps) {
  return (
    <button
      type="button"
      className="button quiet icon"
      aria-pressed={kept}
      aria-label={kept ? t.letRetentionDelete(fileName) : t.keep(fileName)}
      title={kept ? t.keptRetentionLeavesItAlone : t.keepRetentionLeavesItAlone}
      data-testid="recording-keep"
      onClick={() => onChange(!kept, kept ? t.retentionMayDeleteItAgain : t.itIsKept)}
    >
      {kept ? <Lock size={16} /> : <LockOpen size={16} />}
    </button>
  )
}

interface PublishButtonProps {
  readonly published: boolean
  readonly name: string
  readonly onChange: (published: boolean, said: string) => void
}

/** Publishes a file for whoever may watch its stream, or no longer does. */
export function PublishButton({ published, name, onChange }: PublishButtonProps) {
  return (
    <button
      type="button"
      className="button quiet icon"
      aria-pressed={published}
      aria-label={published ? t.unpublish(name) : t.publish(name)}
      title={published ? t.publishedForViewers : t.publishForViewers}
      data-testid="publish-file"
      onClick={() => onChange(!published, published ? t.itIsUnpublished : t.itIsPublished)}
    >
      <Globe size={16} />
    </button>
  )
}

/** Where viewers find a file that is published; nothing for any other. */
export function PublicUrl({ path }: { readonly path: string | null }) {
  return path === null ? null : <CopyField label={t.publicUrl} value={new URL(path, location.href).href} testId="public-url" />
}

/** The recordings of a stream, newest first. */
export function RecordingList({ stream }: { readonly stream: string }) {
  return (
    <MediaList
      kind="recording"
      list={useCollection(recordings, { stream })}
      compare={newestFirst(({ startedAt }) => startedAt)}
      icon={Film}
      empty={{ title: t.noRecordingsYet, text: t.pressRecordOrLetThe }}
      nameOf={({ fileName }) => fileName}
      below={({ fileName }) => <div className="small quiet">{fileName}</div>}
      startedTitle={t.started}
      columns={[
        {
          title: t.format,
          cell: ({ container, tracks }) => <span title={formatTracks(tracks)}>{containerNames[container]}</span>,
        },
        { title: t.state, cell: (recording) => <RecordingState recording={recording} /> },
      ]}
      isPlayable={({ state }) => state !== 'failed'}
      onRename={(recording, title) =>
        void changeWithUndo(pathOf(recording), { title }, { title: recording.title }, t.theTitleWasChanged, recordings.keep)
      }
      onDelete={(recording) => void moveToTrash(pathOf(recording), recording, recording.fileName, recordings.keep)}
      deleteProblem={({ state }) => (state === 'recording' ? t.stopItFirst : undefined)}
      actions={(recording) => (
        <>
          <PublishButton
            published={recording.published}
            name={recording.fileName}
            onChange={(published, said) =>
              void changeWithUndo(pathOf(recording), { published }, { published: recording.published }, said, recordings.keep)
            }
          />
          <KeepButton
            {...recording}
            onChange={(kept, said) => void changeWithUndo(pathOf(recording), { kept }, { kept: recording.kept }, said, recordings.keep)}
          />
        </>
      )}
      player={(recording, onClose) => (
        <MediaPlayer kind="recording" file={{ ...recording, tracks: formatTracks(recording.tracks) }} onClose={onClose}>
          <PublicUrl path={recording.publicUrl} />
        </MediaPlayer>
      )}
    />
  )
}
