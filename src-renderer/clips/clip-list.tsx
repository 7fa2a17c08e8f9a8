import { Download, Play, Scissors, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Clip } from '../../src-main/live/jobs/clips/schemas.ts'
import { useCollection } from '../client/collection.ts'
import { formatBytes, formatDuration } from '../client/format.ts'
import { changeWithUndo, moveToTrash } from '../components/changes.ts'
import { Dialog } from '../components/dialog.tsx'
import { useMayEdit } from '../components/page.ts'
import { Ago } from '../components/time.tsx'
import { TitleField } from '../components/title-field.tsx'
import { clips as t } from '../messages/page.ts'
import { clips, useClipProgress } from './clip-store.ts'
import '../recording/recording.css'
import { sentencesOf } from '../client/host-error.ts'

const stateWords = (): Readonly<Record<Clip['state'], string>> => ({
  waiting: t.waitingForTheEnd,
  making: t.beingCreated,
  ready: t.ready,
  failed: t.failed,
})
const stateChips = { waiting: 'pending', making: 'pending', ready: 'good', failed: 'error' } as const

const pathOf = (clip: Clip) => `/live/clips/${clip.id}` as const

function State({ clip }: { readonly clip: Clip }) {
  const fraction = useClipProgress((progress) => progress[clip.id])
  return (
    <>
      <span className={`chip ${stateChips[clip.state]}`}>{stateWords()[clip.state]}</span>
      {clip.state === 'making' && fraction !== undefined && <progress value={fraction} aria-label={t.progressOf(clip.title)} />}
      {clip.state === 'ready' && !clip.exact && <div className="small quiet">{t.notExactToTheFrame(clip.note)}</div>}
      {clip.error && (
        <div className="small quiet" role="alert">
          {sentencesOf(clip.error)}
        </div>
      )}
    </>
  )
}

function Row({ clip, editor, onPlay }: { readonly clip: Clip; readonly editor: boolean; readonly onPlay: () => void }) {
  const { title, state, fileUrl } = clip
  return (
    <tr data-testid="clip-row" data-clip={clip.id} data-state={state}>
      <td className="recording-picture">
        <button type="button" disabled={fileUrl === null} aria-label={t.play(title)} onClick={onPlay} data-testid="clip-play">
          {clip.thumbnailUrl ? <img src={clip.thumbnailUrl} alt="" loading="lazy" /> : <Scissors size={20} />}
          {fileUrl && <Play className="over" size={18} />}
        </button>
      </td>
      <td data-label={t.title}>
        <TitleField
          title={title}
          of={title}
          editor={editor}
          testId="clip-title"
          onChange={(next) => void changeWithUndo(pathOf(clip), { title: next }, { title }, t.theTitleWasChanged, clips.keep)}
        />
      </td>
      <td data-label={t.from}>
        <Ago iso={clip.startedAt} />
      </td>
      <td data-label={t.duration} className="end" data-testid="clip-duration" title={t.frames(clip.frames)}>
        {formatDuration(clip.durationMs)}
      </td>
      <td data-label={t.size} className="end">
        {formatBytes(clip.bytes)}
      </td>
      <td data-label={t.state}>
        <State clip={clip} />
      </td>
      <td className="end">
        <div className="row recording-actions">
          {fileUrl && (
            <a
              className="button quiet icon"
              href={`${fileUrl}?download=true`}
              download={clip.fileName}
              aria-label={t.downloadNamed(title)}
              title={t.download}
              data-testid="clip-download"
            >
              <Download size={16} />
            </a>
          )}
          {editor && (
            <button
              type="button"
              className="button quiet icon danger"
              aria-label={t.delete(title)}
              title={t.deleteIt}
              data-testid="clip-delete"
              onClick={() => void moveToTrash(pathOf(clip), clip, title, clips.keep)}
            >
              <Trash2 size={16} />
            </button>
          )}
        </div>
      </td>
    </tr>
  )
}

/** The clips of a stream, newest first. */
export function ClipList({ stream }: { readonly stream: string }) {
  const editor = useMayEdit()
  const { loaded, items } = useCollection(clips, { stream })
  const [playing, setPlaying] = useState<string | null>(null)
  const shown = Object.values(items)
    .filter((each) => each.deletedAt === null)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
  const played = playing === null ? undefined : items[playing]
  if (!loaded) return <div className="skeleton" style={{ height: 120 }} />
  if (shown.length === 0) {
    return (
      <div className="empty" data-testid="clips-empty">
        <Scissors size={32} />
        <h2>{t.noClipsYet}</h2>
        <p>{t.whileTheStreamIsLive}</p>
      </div>
    )
  }
  return (
    <>
      <div className="table-wrap">
        <table data-testid="clips">
          <thead>
            <tr>
              <th>
                <span className="sr-only">{t.image}</span>
              </th>
              <th>{t.title}</th>
              <th>{t.from}</th>
              <th className="end">{t.duration}</th>
              <th className="end">{t.size}</th>
              <th>{t.state}</th>
              <th className="end">
                <span className="sr-only">{t.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((clip) => (
              <Row key={clip.id} clip={clip} editor={editor} onPlay={() => setPlaying(clip.id)} />
            ))}
          </tbody>
        </table>
      </div>
      {played?.fileUrl && (
        <Dialog title={played.title} onClose={() => setPlaying(null)} testId="clip-player">
          {/* biome-ignore lint/a11y/useMediaCaption: streams carry no captions */}
          <video className="recording-video" controls autoPlay src={played.fileUrl} data-testid="clip-video" />
          <div className="dialog-actions">
            <a className="button" href={`${played.fileUrl}?download=true`} download={played.fileName}>
              {t.download}
            </a>
            <button type="button" className="button primary" onClick={() => setPlaying(null)}>
              {t.close}
            </button>
          </div>
        </Dialog>
      )}
    </>
  )
}
