import { useState } from 'react'
import type { Choice, Preset, StreamRenditions } from '../../../src-main/live/jobs/renditions/schemas.ts'
import type { EncoderInfo } from '../../../src-main/media/encoders/encoder-info.ts'
import { call } from '../../client/api.ts'
import { useCollection } from '../../client/collection.ts'
import { useResource } from '../../client/resource.ts'
import type { Stream } from '../../client/types.ts'
import { useIsAdmin, useMayEdit } from '../../components/page.ts'
import { tellError } from '../../components/toasts.tsx'
import { ChoiceForm } from './choice-form.tsx'
import { PresetDialog } from './preset-dialog.tsx'
import { presets, renditions } from './rendition-stores.ts'
import { RenditionTable } from './rendition-table.tsx'
import './renditions.css'

/** The state of the whole ladder in a sentence. */
function sentence(view: StreamRenditions): string {
  switch (view.state) {
    case 'off':
      return 'Viewers get the source as it is. Choose a preset to give slow connections a smaller video.'
    case 'not-live':
      return 'Not live: the chosen renditions are made as soon as the stream starts.'
    case 'away':
      return 'The transcoder is being started again. Viewers have the source meanwhile.'
    case 'broken':
      return `Nothing can be made: ${view.error ?? 'the media engine failed'}. Run streams doctor.`
    case 'multitrack':
      return 'The publisher sends several qualities itself: they are the ladder, nothing is transcoded.'
    case 'nothing-to-make':
      return 'Nothing to make: no quality lies below the source, or this machine carries none.'
    case 'running':
      return view.behindMs > 1000
        ? `The transcoder is ${(view.behindMs / 1000).toFixed(1)} s behind the source.`
        : `The transcoder works ${Math.round(view.load * 100)} % of the time and keeps up.`
  }
}

function Encoders() {
  const [encoders, setEncoders] = useState<readonly EncoderInfo[]>()
  const [asking, setAsking] = useState(false)
  const admin = useIsAdmin()
  const ask = (method: 'GET' | 'POST', path: string): void => {
    setAsking(true)
    void call<{ items: EncoderInfo[] }>(method, path)
      .then(({ items }) => setEncoders(items), tellError)
      .finally(() => setAsking(false))
  }
  return (
    <section className="card" aria-label="Encoders of this machine">
      <header>
        <h2>Encoders of this machine</h2>
        {encoders === undefined ? (
          <button
            type="button"
            className="button"
            onClick={() => ask('GET', '/live/encoders')}
            disabled={asking}
            data-testid="show-encoders"
          >
            {asking ? 'Measuring…' : 'Show'}
          </button>
        ) : (
          admin && (
            <button
              type="button"
              className="button"
              onClick={() => ask('POST', '/live/encoders/measure')}
              disabled={asking}
              title="Best while this machine has nothing else to do"
              data-testid="measure-encoders"
            >
              {asking ? 'Measuring…' : 'Measure again'}
            </button>
          )
        )}
      </header>
      {encoders && (
        <ul className="card-body encoder-list" data-testid="encoders">
          {encoders.map(({ name, kind, found, speed, reason }) => (
            <li key={name} className="row">
              <span className={found ? 'chip good' : 'chip plain'}>{found ? 'found' : 'not found'}</span>
              <span>
                {name} <span className="quiet small">{kind}</span>
              </span>
              <span className="quiet small push">{found ? `${speed} times real time at 720p30` : reason}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** A stream's tab: which qualities are made beneath the source, and how that goes. */
export function RenditionsPanel({ stream }: { readonly stream: Stream }) {
  const editor = useMayEdit()
  const view = useResource(renditions, stream.id)
  const { items } = useCollection(presets)
  const shown = Object.values(items)
  const [editing, setEditing] = useState<Preset | 'new' | null>(null)
  const choose = async (choice: Choice): Promise<void> => {
    try {
      renditions.keep(stream.id, await call<StreamRenditions>('PUT', `/live/streams/${stream.id}/renditions`, { body: choice }))
    } catch (error) {
      tellError(error)
    }
  }
  if (view === undefined) return <div className="skeleton stream-skeleton" aria-hidden="true" />
  const chosen = shown.find(({ id }) => id === view.choice.preset)
  const shed = view.renditions.filter(({ state }) => state === 'shed')
  return (
    <div className="stack" data-testid="renditions-panel">
      <section className="card" aria-label="Made now">
        <header>
          <h2>Made now</h2>
          {view.capped && <span className="chip pending">source capped to its key's limit</span>}
        </header>
        <div className="card-body stack">
          <p className="quiet" role="status" data-testid="renditions-state" data-state={view.state}>
            {sentence(view)}
          </p>
          {shed.length > 0 && (
            <p role="alert" data-testid="renditions-shed">
              This machine is too slow for all of them: {shed.map(({ height }) => `${height}p`).join(', ')} comes back when there is
              capacity.
            </p>
          )}
          {view.renditions.length > 0 && <RenditionTable view={view} />}
        </div>
      </section>
      <section className="card" aria-label="Choice">
        <header>
          <h2>Choice</h2>
          {!view.chosen && <span className="chip plain">default</span>}
          {editor && (
            <span className="row">
              {chosen && view.choice.mode === 'preset' && (
                <button type="button" className="button" onClick={() => setEditing(chosen)} data-testid="edit-preset">
                  Edit preset
                </button>
              )}
              <button type="button" className="button" onClick={() => setEditing('new')} data-testid="new-preset">
                New preset
              </button>
            </span>
          )}
        </header>
        <div className="card-body">
          <ChoiceForm choice={view.choice} presets={shown} disabled={!editor} onChoose={choose} />
        </div>
      </section>
      <Encoders />
      {editing !== null && <PresetDialog preset={editing === 'new' ? undefined : editing} onClose={() => setEditing(null)} />}
    </div>
  )
}
