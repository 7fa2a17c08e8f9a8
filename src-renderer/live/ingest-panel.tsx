import { ArrowLeftRight } from 'lucide-react'
import type { StreamSlate } from '../../src-main/live/relay/slate/slate-schemas.ts'
import { call } from '../client/api.ts'
import { Collection, useCollection } from '../client/collection.ts'
import { keepStream } from '../client/follow-host.ts'
import { Resource, useResource } from '../client/resource.ts'
import type { Stream } from '../client/types.ts'
import { useMayEdit } from '../components/page.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { decimal } from '../messages/numbers.ts'
import { live as t } from '../messages/page.ts'

/** Images and videos for the slate. */
const slateImages = new Collection({ path: '/live/slates', updated: ['slate.created'], removed: ['slate.removed'] })

/** What a stream shows while nobody publishes, by its id. */
const slateChoices = new Resource({
  path: (streamId) => `/live/streams/${streamId}/slate`,
  updated: ['stream.slate'],
  of: ({ stream }) => stream,
})

async function switchTo(stream: Stream): Promise<void> {
  try {
    await keepStream(call('POST', `/live/streams/${stream.id}/switch`, { body: {} }))
    notify(t.theOtherPublisherIsOn)
  } catch (error) {
    notifyError(error)
  }
}

/** Publishers beside each other, and what is shown when none is there. */
export function IngestPanel({ stream }: { readonly stream: Stream }) {
  const editor = useMayEdit()
  return (
    <div className="stack">
      <section className="card" aria-label={t.publishers}>
        <header>
          <h2>{t.publishers}</h2>
          {editor && stream.publishers.length > 1 && (
            <button type="button" className="button" onClick={() => void switchTo(stream)} data-testid="switch-now">
              <ArrowLeftRight size={16} /> {t.switchNow}
            </button>
          )}
        </header>
        {stream.publishers.length === 0 ? (
          <p className="card-body quiet">{stream.onAir === 'slate' ? t.viewersSeeTheSlateUntil : t.noPublisherIsConnected}</p>
        ) : (
          <div className="table-wrap">
            <table data-testid="publishers">
              <thead>
                <tr>
                  <th>{t.role}</th>
                  <th>{t.state}</th>
                  <th>{t.encoder}</th>
                  <th>{t.from}</th>
                  <th className="end">{t.bitrate}</th>
                  <th className="end">{t.frames}</th>
                  <th className="end">{t.keyframeEvery}</th>
                </tr>
              </thead>
              <tbody>
                {stream.publishers.map((publisher) => (
                  <tr key={publisher.sessionId} data-testid={`publisher-${publisher.role}`}>
                    <td>{publisher.role === 'primary' ? t.primary : t.backup}</td>
                    <td>
                      <span className={publisher.onAir ? 'chip live' : 'chip plain'}>{publisher.onAir ? t.onAir : t.ready}</span>
                    </td>
                    <td>{publisher.encoder || t.unknown}</td>
                    <td>{publisher.remoteAddress}</td>
                    <td className="end">{publisher.health ? t.kbpsNamed(publisher.health.videoBitrateKbps) : '–'}</td>
                    <td className="end">{publisher.health ? t.fps(publisher.health.frameRate) : '–'}</td>
                    <td className="end">
                      {publisher.health?.keyframeIntervalMs ? `${decimal(publisher.health.keyframeIntervalMs / 1000, 1)} s` : '–'}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <p className="card-body quiet small">
          {t.aSecondEncoderThatPublishes} <code>?backup=1</code> {t.behindItsKeyIsKept}
        </p>
      </section>
      <SlateCard stream={stream} editor={editor} />
    </div>
  )
}

function SlateCard({ stream, editor }: { readonly stream: Stream; readonly editor: boolean }) {
  const slates = Object.values(useCollection(slateImages).items)
  const choice = useResource(slateChoices, stream.id)
  const keep = (answer: Promise<StreamSlate>) => slateChoices.keep(stream.id, answer)
  const change = async (what: Partial<StreamSlate>) => {
    const before = choice
    try {
      await keep(call('PATCH', `/live/streams/${stream.id}/slate`, { body: what }))
      notify(
        t.theSlateWasChosen,
        before ? () => void keep(call('PATCH', `/live/streams/${stream.id}/slate`, { body: before })).catch(notifyError) : undefined,
      )
    } catch (error) {
      notifyError(error)
    }
  }
  const add = async (file: File) => {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer())
      let text = ''
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
      const slate = await slateImages.keep(call('POST', '/live/slates', { body: { label: file.name.slice(0, 100), data: btoa(text) } }))
      await change({ slate: slate.id })
    } catch (error) {
      notifyError(error)
    }
  }
  if (!choice) return <div className="skeleton stream-skeleton" aria-hidden="true" />
  return (
    <section className="card" aria-label={t.slate}>
      <header>
        <h2>{t.slate}</h2>
      </header>
      <div className="card-body stack">
        <div className="field">
          <label htmlFor="slate-choice">{t.whileNoPublisherIsThere}</label>
          <select
            id="slate-choice"
            className="input"
            value={choice.slate}
            disabled={!editor}
            onChange={(event) => void change({ slate: event.target.value })}
            data-testid="slate-choice"
          >
            <option value="off">{t.nothingNewTheLastFrame}</option>
            <option value="default">{t.wellBeRightBackAnd}</option>
            {slates.map((slate) => (
              <option key={slate.id} value={slate.id}>
                {slate.label}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="slate-lasts">{t.forHowLong}</label>
          <select
            id="slate-lasts"
            className="input"
            value={choice.lasts}
            disabled={!editor || choice.slate === 'off'}
            onChange={(event) => void change({ lasts: event.target.value as StreamSlate['lasts'] })}
            data-testid="slate-lasts"
          >
            <option value="window">{t.untilTheReconnectWindowEnds}</option>
            <option value="unlimited">{t.untilAPublisherComesOr}</option>
          </select>
        </div>
        {editor && (
          <div className="field">
            <label htmlFor="slate-file">{t.addAnImageOrShort}</label>
            <input
              id="slate-file"
              type="file"
              accept="image/png,image/jpeg,video/mp4,video/webm"
              onChange={(event) => {
                const file = event.target.files?.[0]
                if (file) void add(file)
              }}
              data-testid="slate-file"
            />
          </div>
        )}
      </div>
    </section>
  )
}
