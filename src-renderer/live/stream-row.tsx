import { ExternalLink, Eye, Square, Trash2, Unplug } from 'lucide-react'
import { Link } from 'wouter'
import { useNow } from '../client/clock.ts'
import { formatTracks } from '../client/format.ts'
import { inLanguage } from '../client/host-error.ts'
import { useClient } from '../client/store.ts'
import type { HealthSample, Stream } from '../client/types.ts'
import { Sparkline } from '../components/chart.tsx'
import { CopyButton } from '../components/copy.tsx'
import { StateChip } from '../components/state-chip.tsx'
import { Ago, OnAir } from '../components/time.tsx'
import { live as t } from '../messages/page.ts'
import { deleteStream, endStream, kickPublisher } from './actions.ts'
import { DestinationsBrief } from './destinations/destinations-brief.tsx'
import { HealthFacts, healthFacts } from './health-facts.tsx'
import { KeyframeImage } from './keyframe-image.tsx'
import { absolute, samePath } from './links.ts'
import { WarningBrief } from './warnings.tsx'

const none: readonly HealthSample[] = []

function BitrateSparkline({ stream }: { readonly stream: Stream }) {
  const samples = useClient((state) => state.history[stream.id] ?? none)
  const now = useNow()
  const points = samples.map((sample) => ({ timeMs: sample.timeMs, value: sample.videoBitrateKbps + sample.audioBitrateKbps }))
  return (
    <Sparkline
      points={points}
      nowMs={Math.max(now, samples.at(-1)?.timeMs ?? 0)}
      spanMs={120_000}
      label={t.bitrateOfLastTwoMinutes(stream.name)}
    />
  )
}

/** A stream that is live, or waits to be. */
export function StreamRow({ stream, editor }: { readonly stream: Stream; readonly editor: boolean }) {
  return (
    <li className="card stream-row" data-testid="stream-row" data-stream={stream.name}>
      <Link href={`/live/${stream.name}`} aria-hidden="true" tabIndex={-1}>
        <KeyframeImage url={stream.pictureUrl} sequence={stream.health?.keyframeSequence || undefined} label={t.imageOf(stream.name)} />
      </Link>
      <div className="stream-main">
        <div className="stream-title">
          <Link href={`/live/${stream.name}`} className="name" data-item data-testid="stream-link">
            {stream.title || stream.name}
          </Link>
          <StateChip stream={stream} />
          {stream.demo && <span className="chip plain">{t.testStream}</span>}
          <span className="stream-times">
            <span title={t.viewersNow}>
              <Eye size={15} aria-label={t.viewers} /> <b data-testid="stream-viewers">{stream.viewers}</b>
            </span>
            <OnAir stream={stream} />
          </span>
        </div>
        <div className="small tracks">
          <p className="quiet" data-testid="stream-tracks">
            {stream.title && stream.title !== stream.name ? `${stream.name} · ` : ''}
            {formatTracks(stream.tracks)}
          </p>
          <DestinationsBrief stream={stream} />
          <WarningBrief stream={stream} />
        </div>
        <div className="stream-health">
          <HealthFacts facts={healthFacts(stream)} tight />
          <BitrateSparkline stream={stream} />
        </div>
        <div className="row stream-actions">
          <CopyButton value={absolute(stream.watchUrl, location.origin)} testId="copy-watch-link">
            {t.copyWatchLink}
          </CopyButton>
          <a className="button" href={samePath(stream.watchUrl)} target="_blank" rel="noreferrer" data-testid="open-watch">
            <ExternalLink size={16} /> {t.open}
          </a>
          {editor && (
            <span className="row push">
              {stream.publisher && !stream.demo && (
                <button type="button" className="button quiet" onClick={() => void kickPublisher(stream)} data-testid="kick">
                  <Unplug size={16} /> {t.kick}
                </button>
              )}
              <button type="button" className="button quiet danger" onClick={() => void endStream(stream)} data-testid="end-stream">
                <Square size={16} /> {t.end}
              </button>
            </span>
          )}
        </div>
      </div>
    </li>
  )
}

/** A stream that is over. */
export function EndedRow({ stream, editor }: { readonly stream: Stream; readonly editor: boolean }) {
  return (
    <li className="ended-row" data-testid="ended-row" data-stream={stream.name}>
      <Link href={`/live/${stream.name}`} className="name" data-item>
        {stream.title || stream.name}
      </Link>
      <StateChip stream={stream} />
      <span className="quiet small grow">
        <OnAir stream={stream} /> {t.onAirEnded} <Ago iso={stream.endedAt} />
        {stream.error && ` · ${inLanguage(stream.error).message}`}
      </span>
      {editor && (
        <button
          type="button"
          className="button quiet"
          onClick={() => void deleteStream(stream)}
          aria-label={t.deleteNamed(stream.name)}
          data-testid="forget"
        >
          <Trash2 size={16} /> {t.delete}
        </button>
      )}
    </li>
  )
}
