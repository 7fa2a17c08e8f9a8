import { Pencil, Play, RotateCcw, Square, Trash2 } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import type { Destination, DestinationState } from '../../../src-main/live/relay/push/schemas.ts'
import { call } from '../../client/api.ts'
import { useNow } from '../../client/clock.ts'
import { formatBitrate, formatBytes, formatDuration } from '../../client/format.ts'
import { inLanguage } from '../../client/host-error.ts'
import type { Stream } from '../../client/types.ts'
import { Sparkline } from '../../components/chart.tsx'
import type { ChartPoint } from '../../components/chart-scale.ts'
import { notify, notifyError } from '../../components/toasts.tsx'
import { live as t } from '../../messages/page.ts'
import { sparklineMs, useDestinationBitrates } from './destinations-store.ts'

const words = (): Readonly<Record<DestinationState, readonly [chip: string, word: string]>> => ({
  off: ['plain', t.off],
  connecting: ['pending', t.connecting],
  live: ['good', t.live],
  retrying: ['reconnecting', t.retrying],
  failed: ['error', t.failed],
})
const nothing: readonly ChartPoint[] = []

const pathOf = ({ stream, id }: Destination) => `/live/streams/${stream}/destinations/${id}` as const

async function act(destination: Destination, what: 'start' | 'stop' | 'retry'): Promise<void> {
  try {
    await call('POST', `${pathOf(destination)}/${what}`)
  } catch (error) {
    notifyError(error)
  }
}

async function setEnabled(destination: Destination, enabled: boolean): Promise<void> {
  try {
    await call('PATCH', pathOf(destination), { body: { enabled } })
    notify(enabled ? t.startsWithTheStreamNamed(destination.label) : t.noLongerStartsWithThe(destination.label), () => {
      call('PATCH', pathOf(destination), { body: { enabled: !enabled } }).catch(notifyError)
    })
  } catch (error) {
    notifyError(error)
  }
}

async function remove(destination: Destination): Promise<void> {
  try {
    await call('DELETE', pathOf(destination))
    notify(t.wasRemoved(destination.label), () => {
      call('POST', `${pathOf(destination)}/restore`).catch(notifyError)
    })
  } catch (error) {
    notifyError(error)
  }
}

/** What is wrong, what to do, and when the next attempt comes. */
function Trouble({ destination }: { readonly destination: Destination }) {
  const now = useNow()
  const { nextAttemptAt, state } = destination
  if (destination.error === null || state === 'live') return null
  const error = inLanguage(destination.error)
  const waitMs = nextAttemptAt === null ? null : Date.parse(nextAttemptAt) - now
  return (
    <p className={state === 'failed' ? 'advice bad' : 'advice'} data-testid="destination-error" data-code={error.code}>
      <span>
        <b>{error.message}.</b> {error.remedy.replaceAll('`', '')}
        {waitMs !== null && t.nextAttempt(waitMs <= 1000 ? t.now : t.inS(Math.ceil(waitMs / 1000)))}
      </span>
    </p>
  )
}

export function DestinationRow({
  destination,
  stream,
  editor,
  onEdit,
}: {
  readonly destination: Destination
  readonly stream: Stream
  readonly editor: boolean
  readonly onEdit: () => void
}) {
  const now = useNow()
  const line = useDestinationBitrates((bitrates) => bitrates[destination.id] ?? nothing)
  const { label, state, statistics, rendition, enabled } = destination
  const [chip, word] = words()[state]
  const running = state !== 'off'
  const { packetsLost, packetsRetransmitted } = statistics
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || !editor) return
    if (event.key === 'Enter') onEdit()
    else if (event.key === 'Delete') void remove(destination)
    else if (event.key === 'r') void act(destination, 'retry')
    else return
    event.preventDefault()
  }
  const facts: readonly (readonly [string, string, string?])[] = [
    [t.bitrate, state === 'live' ? formatBitrate(statistics.bitrateKbps) : '–', 'destination-bitrate'],
    [t.frames, String(statistics.frames), 'destination-frames'],
    [t.dropped, String(statistics.droppedFrames)],
    [t.sent, formatBytes(statistics.bytes)],
    [t.roundTrip, statistics.rttMs === null ? '–' : `${Math.round(statistics.rttMs)} ms`],
    ...(packetsLost === null ? [] : [[t.lost, t.sentAgain(packetsLost, packetsRetransmitted ?? 0), 'destination-lost'] as const]),
    [t.liveFor, statistics.liveSince === null ? '–' : formatDuration(Math.max(0, now - Date.parse(statistics.liveSince)))],
    [t.reconnects, String(statistics.reconnects)],
  ]
  return (
    <li className="card destination-row" data-testid="destination-row" data-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the items of the list take the focus for the arrow keys */}
      {/* biome-ignore lint/a11y/useSemanticElements: a group of controls in a list is no fieldset */}
      <div className="destination-item" role="group" tabIndex={0} data-item aria-label={`${label}, ${word}`} onKeyDown={onKeyDown}>
        <div className="row">
          <b className="name">{label}</b>
          <span className={`chip ${chip}`} data-testid="destination-state" data-state={state}>
            {word}
          </span>
          {rendition !== 'source' && <span className="chip plain">{rendition}</span>}
          {destination.certificate === 'any' && <span className="chip error">{t.notVerified}</span>}
          <span className="quiet small destination-url">
            {destination.url}
            {destination.keyHint !== null && t.key(destination.keyHint)}
          </span>
          {editor && (
            <span className="row push">
              {(state === 'retrying' || state === 'failed') && (
                <button type="button" className="button" onClick={() => void act(destination, 'retry')} data-testid="destination-retry">
                  <RotateCcw size={16} /> {t.retryNow}
                </button>
              )}
              {running ? (
                <button type="button" className="button" onClick={() => void act(destination, 'stop')} data-testid="destination-stop">
                  <Square size={16} /> {t.stop}
                </button>
              ) : (
                <button
                  type="button"
                  className="button"
                  disabled={stream.state !== 'active'}
                  title={stream.state === 'active' ? undefined : t.theStreamIsNotLive}
                  onClick={() => void act(destination, 'start')}
                  data-testid="destination-start"
                >
                  <Play size={16} /> {t.start}
                </button>
              )}
              <button
                type="button"
                className="button quiet icon"
                aria-label={t.editNamed(label)}
                title={t.edit}
                onClick={onEdit}
                data-testid="destination-edit"
              >
                <Pencil size={16} />
              </button>
              <button
                type="button"
                className="button quiet icon"
                aria-label={t.removeNamed(label)}
                title={t.remove}
                onClick={() => void remove(destination)}
                data-testid="destination-remove"
              >
                <Trash2 size={16} />
              </button>
            </span>
          )}
        </div>
        <Trouble destination={destination} />
        <div className="destination-figures">
          <dl className="destination-facts">
            {facts.map(([name, value, testId]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd data-testid={testId}>{value}</dd>
              </div>
            ))}
          </dl>
          <Sparkline
            points={line}
            nowMs={Math.max(now, line.at(-1)?.timeMs ?? 0)}
            spanMs={sparklineMs}
            label={t.bitrateToLastTwoMinutes(label)}
          />
          <label className="row small destination-enabled">
            <button
              type="button"
              className="switch"
              role="switch"
              aria-checked={enabled}
              aria-label={t.startsWithTheStreamNamed(label)}
              disabled={!editor}
              onClick={() => void setEnabled(destination, !enabled)}
              data-testid="destination-enabled"
            />
            {t.startsWithTheStream}
          </label>
        </div>
      </div>
    </li>
  )
}
