import { Scissors } from 'lucide-react'
import type { Clip } from '../../src-main/live/jobs/clips/schemas.ts'
import { useCollection } from '../client/collection.ts'
import { formatTracks } from '../client/format.ts'
import { sentencesOf } from '../client/host-error.ts'
import { changeWithUndo, moveToTrash } from '../components/changes.ts'
import { MediaList, newestFirst } from '../components/media-list.tsx'
import { MediaPlayer } from '../components/media-player.tsx'
import { clips as t } from '../messages/page.ts'
import { PublicUrl, PublishButton } from '../recording/recording-list.tsx'
import { clips, useClipProgress } from './clip-store.ts'

const stateWords = (): Readonly<Record<Clip['state'], string>> => ({
  waiting: t.waitingForTheEnd,
  making: t.beingCreated,
  ready: t.ready,
  failed: t.failed,
})
const stateChips = { waiting: 'pending', making: 'pending', ready: 'good', failed: 'error' } as const

const pathOf = (clip: Clip) => `/live/clips/${clip.id}` as const

export function ClipState({ clip }: { readonly clip: Clip }) {
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

/** A clip as the player takes it. */
export const clipFile = (clip: Clip, fileUrl: string) => ({
  ...clip,
  fileUrl,
  container: 'mp4',
  tracks: formatTracks(clip.tracks),
  spritesUrl: null,
})

/** The clips of a stream, newest first. */
export function ClipList({ stream }: { readonly stream: string }) {
  return (
    <MediaList
      kind="clip"
      list={useCollection(clips, { stream })}
      compare={newestFirst(({ createdAt }) => createdAt)}
      icon={Scissors}
      empty={{ title: t.noClipsYet, text: t.whileTheStreamIsLive }}
      nameOf={({ title }) => title}
      startedTitle={t.from}
      durationHelp={({ frames }) => t.frames(frames)}
      columns={[{ title: t.state, cell: (clip) => <ClipState clip={clip} /> }]}
      isPlayable={({ fileUrl }) => fileUrl !== null}
      onRename={(clip, title) => void changeWithUndo(pathOf(clip), { title }, { title: clip.title }, t.theTitleWasChanged, clips.keep)}
      onDelete={(clip) => void moveToTrash(pathOf(clip), clip, clip.title, clips.keep)}
      actions={(clip) => (
        <PublishButton
          published={clip.published}
          name={clip.title}
          onChange={(published, said) => void changeWithUndo(pathOf(clip), { published }, { published: clip.published }, said, clips.keep)}
        />
      )}
      player={(clip, onClose) =>
        clip.fileUrl && (
          <MediaPlayer kind="clip" file={clipFile(clip, clip.fileUrl)} onClose={onClose}>
            <PublicUrl path={clip.publicUrl} />
          </MediaPlayer>
        )
      }
    />
  )
}
