import { Film } from 'lucide-react'
import { Link } from 'wouter'
import { useCollection } from '../../client/collection.ts'
import { formatDuration } from '../../client/format.ts'
import { clips } from '../../clips/clip-store.ts'
import { clipLast, clipSeconds } from '../commands.ts'
import { t } from '../messages.ts'
import type { Output, OutputReport } from '../types.ts'

/** The stream of this host that an output makes. */
const streamOf = ({ settings }: Output): string => String(settings.stream ?? '')

/** Makes a clip of what viewers of this host saw last. */
export function ClipButton({ output, report }: { readonly output: Output; readonly report: OutputReport }) {
  return (
    <button
      type="button"
      className="button"
      title={t.outputs.clipHelp(clipSeconds)}
      disabled={report.state !== 'live'}
      onClick={() => void clipLast(streamOf(output))}
      data-testid="clip-output"
    >
      <Film size={15} /> {t.outputs.clip}
    </button>
  )
}

/** The newest clip of the stream that an output makes, one click away. */
export function NewestClip({ output }: { readonly output: Output }) {
  const { items } = useCollection(clips, { stream: streamOf(output) })
  const newest = Object.values(items)
    .filter(({ deletedAt }) => deletedAt === null)
    .sort((one, two) => (one.createdAt < two.createdAt ? 1 : -1))[0]
  if (newest === undefined) return null
  const { id, state, thumbnailUrl, fileName, durationMs, error } = newest
  return (
    <div className="newest-file" data-testid="newest-clip" data-clip={id} data-state={state}>
      {thumbnailUrl !== null && <img src={thumbnailUrl} alt="" />}
      <span className="newest-name" title={error?.message ?? fileName}>
        {state === 'ready' ? (
          <>
            {fileName} <span className="quiet">{formatDuration(durationMs)}</span>
          </>
        ) : (
          <span className="quiet">{state === 'failed' ? t.outputs.clipFailed : t.outputs.clipComes}</span>
        )}
      </span>
      {state === 'ready' && (
        <Link className="small" href={`/library?show=clip-${id}`} data-testid="show-clip">
          {t.outputs.showInLibrary}
        </Link>
      )}
    </div>
  )
}
