import { BookmarkPlus, Clapperboard, Pause, Play, Save, Scissors } from 'lucide-react'
import { Link } from 'wouter'
import { useCollection } from '../../client/collection.ts'
import { formatDuration } from '../../client/format.ts'
import { commandOutput, saveReplay } from '../commands.ts'
import { Tool } from '../docks/tool.tsx'
import { t } from '../messages.ts'
import type { Output, OutputReport } from '../types.ts'
import { addChapter } from './add-chapter.ts'
import { playReplay } from './play-replay.ts'
import { studioFiles } from './studio-files.ts'

interface FileToolsProps {
  readonly output: Output
  readonly report: OutputReport
}

/** What can be done with a recording or a replay buffer that runs. */
export function FileTools({ output: { id, kind, name }, report: { state } }: FileToolsProps) {
  if (kind === 'replay') {
    return (
      <button type="button" className="button" disabled={state !== 'live'} onClick={() => void saveReplay(id)} data-testid="save-replay">
        <Save size={15} /> {t.outputs.saveReplay}
      </button>
    )
  }
  if (kind !== 'recording') return null
  const live = state === 'live'
  return (
    <>
      {state === 'paused' ? (
        <Tool Icon={Play} label={t.outputs.resumeOf(name)} onClick={() => void commandOutput(id, 'resume')} testId="resume-recording" />
      ) : (
        <Tool
          Icon={Pause}
          label={t.outputs.pauseOf(name)}
          disabled={!live}
          onClick={() => void commandOutput(id, 'pause')}
          testId="pause-recording"
        />
      )}
      <Tool
        Icon={Scissors}
        label={t.outputs.split(name)}
        disabled={!live}
        onClick={() => void commandOutput(id, 'split')}
        testId="split-recording"
      />
      <Tool Icon={BookmarkPlus} label={t.outputs.chapter(name)} disabled={!live} onClick={() => void addChapter(id)} testId="add-chapter" />
    </>
  )
}

/** The newest finished file of an output, one click away. */
export function NewestFile({ output: { id, kind, canvas }, editor }: { readonly output: Output; readonly editor: boolean }) {
  const { items } = useCollection(studioFiles, { output: id })
  const newest = Object.values(items)
    .filter(({ state, deletedAt }) => (state === 'complete' || state === 'recovered') && deletedAt === null)
    .sort((one, two) => (one.startedAt === two.startedAt ? two.part - one.part : one.startedAt < two.startedAt ? 1 : -1))[0]
  if (newest === undefined) return null
  return (
    <div className="newest-file" data-testid="newest-file" data-file={newest.id}>
      {newest.thumbnailUrl !== null && <img src={newest.thumbnailUrl} alt="" />}
      <span className="newest-name" title={newest.path}>
        {newest.fileName} <span className="quiet">{formatDuration(newest.durationMs)}</span>
      </span>
      <Link className="small" href={`/library?show=studio-${newest.id}`} data-testid="show-in-library">
        {t.outputs.showInLibrary}
      </Link>
      {kind === 'replay' && editor && (
        <button type="button" className="button" onClick={() => void playReplay(newest.path, canvas)} data-testid="play-replay">
          <Clapperboard size={15} /> {t.outputs.playReplay}
        </button>
      )}
    </div>
  )
}
