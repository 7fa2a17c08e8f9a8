import { Scissors } from 'lucide-react'
import type { Clip } from '../../src-main/live/jobs/clips/schemas.ts'
import { useCollection } from '../client/collection.ts'
import { changeWithUndo, moveToTrash } from '../components/changes.ts'
import { Dialog } from '../components/dialog.tsx'
import { MediaList } from '../components/media-list.tsx'
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

/** The clips of a stream, newest first. */
export function ClipList({ stream }: { readonly stream: string }) {
  return (
    <MediaList
      kind="clip"
      list={useCollection(clips, { stream })}
      orderOf={({ createdAt }) => createdAt}
      icon={Scissors}
      empty={{ title: t.noClipsYet, text: t.whileTheStreamIsLive }}
      nameOf={({ title }) => title}
      startedTitle={t.from}
      durationHelp={({ frames }) => t.frames(frames)}
      columns={[{ title: t.state, cell: (clip) => <State clip={clip} /> }]}
      isPlayable={({ fileUrl }) => fileUrl !== null}
      onRename={(clip, title) => void changeWithUndo(pathOf(clip), { title }, { title: clip.title }, t.theTitleWasChanged, clips.keep)}
      onDelete={(clip) => void moveToTrash(pathOf(clip), clip, clip.title, clips.keep)}
      player={(clip, onClose) => clip.fileUrl && <ClipPlayer clip={clip} url={clip.fileUrl} onClose={onClose} />}
    />
  )
}

function ClipPlayer({ clip, url, onClose }: { readonly clip: Clip; readonly url: string; readonly onClose: () => void }) {
  return (
    <Dialog title={clip.title} onClose={onClose} testId="clip-player">
      {/* biome-ignore lint/a11y/useMediaCaption: streams carry no captions */}
      <video className="recording-video" controls autoPlay src={url} data-testid="clip-video" />
      <div className="dialog-actions">
        <a className="button" href={`${url}?download=true`} download={clip.fileName}>
          {t.download}
        </a>
        <button type="button" className="button primary" onClick={onClose}>
          {t.close}
        </button>
      </div>
    </Dialog>
  )
}
