import { ArrowLeftRight } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Slate, StreamSlate } from '../../src-main/live/relay/slate/slate-schemas.ts'
import { call } from '../client/api.ts'
import { keepStream } from '../client/sync.ts'
import type { Stream } from '../client/types.ts'
import { useMayEdit } from '../components/page.ts'
import { tell, tellError } from '../components/toasts.tsx'

async function switchTo(stream: Stream): Promise<void> {
  try {
    keepStream(await call<Stream>('POST', `/live/streams/${stream.id}/switch`, { body: {} }))
    tell('The other publisher is on air')
  } catch (error) {
    tellError(error)
  }
}

/** Publishers beside each other, and what is shown when none is there. */
export function IngestPanel({ stream }: { readonly stream: Stream }) {
  const editor = useMayEdit()
  return (
    <div className="stack">
      <section className="card" aria-label="Publishers">
        <header>
          <h2>Publishers</h2>
          {editor && stream.publishers.length > 1 && (
            <button type="button" className="button" onClick={() => void switchTo(stream)} data-testid="switch-now">
              <ArrowLeftRight size={16} /> Switch now
            </button>
          )}
        </header>
        {stream.publishers.length === 0 ? (
          <p className="card-body quiet">
            {stream.onAir === 'slate' ? 'Viewers see the slate until a publisher comes.' : 'No publisher is connected.'}
          </p>
        ) : (
          <div className="table-wrap">
            <table data-testid="publishers">
              <thead>
                <tr>
                  <th>Role</th>
                  <th>State</th>
                  <th>Encoder</th>
                  <th>From</th>
                  <th className="end">Bitrate</th>
                  <th className="end">Frames</th>
                  <th className="end">Keyframe every</th>
                </tr>
              </thead>
              <tbody>
                {stream.publishers.map((publisher) => (
                  <tr key={publisher.sessionId} data-testid={`publisher-${publisher.role}`}>
                    <td>{publisher.role === 'primary' ? 'Primary' : 'Backup'}</td>
                    <td>
                      <span className={publisher.onAir ? 'chip live' : 'chip plain'}>{publisher.onAir ? 'On air' : 'Ready'}</span>
                    </td>
                    <td>{publisher.encoder || 'unknown'}</td>
                    <td>{publisher.remoteAddress}</td>
                    <td className="end">{publisher.health ? `${publisher.health.videoBitrateKbps} kbps` : '–'}</td>
                    <td className="end">{publisher.health ? `${publisher.health.frameRate} fps` : '–'}</td>
                    <td className="end">
                      {publisher.health?.keyframeIntervalMs ? `${(publisher.health.keyframeIntervalMs / 1000).toFixed(1)} s` : '–'}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <p className="card-body quiet small">
          A second encoder that publishes with <code>?backup=1</code> behind its key is kept ready and takes over on the next frame.
        </p>
      </section>
      <SlateCard stream={stream} editor={editor} />
    </div>
  )
}

function SlateCard({ stream, editor }: { readonly stream: Stream; readonly editor: boolean }) {
  const [slates, setSlates] = useState<readonly Slate[]>([])
  const [choice, setChoice] = useState<StreamSlate | null>(null)
  useEffect(() => {
    call<{ items: Slate[] }>('GET', '/live/slates').then(({ items }) => setSlates(items), tellError)
    call<StreamSlate>('GET', `/live/streams/${stream.name}/slate`).then(setChoice, tellError)
  }, [stream.name])
  const change = async (what: Partial<StreamSlate>) => {
    const before = choice
    try {
      setChoice(await call<StreamSlate>('PATCH', `/live/streams/${stream.name}/slate`, { body: what }))
      tell(
        'The slate was chosen',
        before
          ? () => void call('PATCH', `/live/streams/${stream.name}/slate`, { body: before }).then(() => setChoice(before), tellError)
          : undefined,
      )
    } catch (error) {
      tellError(error)
    }
  }
  const add = async (file: File) => {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer())
      let text = ''
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
      const slate = await call<Slate>('POST', '/live/slates', { body: { label: file.name.slice(0, 100), data: btoa(text) } })
      setSlates((known) => [...known, slate])
      await change({ slate: slate.id })
    } catch (error) {
      tellError(error)
    }
  }
  if (!choice) return <div className="skeleton stream-skeleton" aria-hidden="true" />
  return (
    <section className="card" aria-label="Slate">
      <header>
        <h2>Slate</h2>
      </header>
      <div className="card-body stack">
        <div className="field">
          <label htmlFor="slate-choice">While no publisher is there, viewers see</label>
          <select
            id="slate-choice"
            className="input"
            value={choice.slate}
            disabled={!editor}
            onChange={(event) => void change({ slate: event.target.value })}
            data-testid="slate-choice"
          >
            <option value="off">nothing new (the last frame stays)</option>
            <option value="default">“We’ll be right back” and the title</option>
            {slates.map((slate) => (
              <option key={slate.id} value={slate.id}>
                {slate.label}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="slate-lasts">For how long</label>
          <select
            id="slate-lasts"
            className="input"
            value={choice.lasts}
            disabled={!editor || choice.slate === 'off'}
            onChange={(event) => void change({ lasts: event.target.value as StreamSlate['lasts'] })}
            data-testid="slate-lasts"
          >
            <option value="window">until the reconnect window ends</option>
            <option value="unlimited">until a publisher comes or the stream is ended</option>
          </select>
        </div>
        {editor && (
          <div className="field">
            <label htmlFor="slate-file">Add an image or short video (PNG, JPEG, MP4, WebM, up to 700 kB)</label>
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
