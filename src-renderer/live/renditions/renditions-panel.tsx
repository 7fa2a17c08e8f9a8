import { useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import type { Choice, Preset, StreamRenditions } from '../../../src-main/live/jobs/renditions/schemas.ts'
import type { EncoderInfo } from '../../../src-main/media/encoders/encoder-info.ts'
import { call } from '../../client/api.ts'
import { useCollection } from '../../client/collection.ts'
import { useResource } from '../../client/resource.ts'
import type { Stream } from '../../client/types.ts'
import { useIsAdmin, useMayEdit } from '../../components/page.ts'
import { notifyError } from '../../components/toasts.tsx'
import { live as t } from '../../messages/page.ts'
import { ChoiceForm } from './choice-form.tsx'
import { PresetDialog } from './preset-dialog.tsx'
import { presets, renditions } from './rendition-stores.ts'
import { RenditionTable } from './rendition-table.tsx'
import './renditions.css'
import { decimal } from '../../messages/numbers.ts'

/** The state of the whole ladder in a sentence. */
function sentence(view: StreamRenditions): string {
  switch (view.state) {
    case 'off':
      return t.viewersGetTheSourceAs
    case 'not-live':
      return t.notLiveTheChosenRenditions
    case 'away':
      return t.theTranscoderIsBeingStarted
    case 'broken':
      return t.nothingCanBeMadeRun(view.error ?? t.theMediaEngineFailed)
    case 'multitrack':
      return t.thePublisherSendsSeveralQualities
    case 'nothing-to-make':
      return t.nothingToMakeNoQuality
    case 'running':
      return view.behindMs > 1000
        ? t.theTranscoderIsSBehind(decimal(view.behindMs / 1000, 1))
        : t.theTranscoderWorksOfThe(Math.round(view.load * 100))
  }
}

function Encoders() {
  const [encoders, setEncoders] = useState<readonly EncoderInfo[]>()
  const [asking, setAsking] = useState(false)
  const admin = useIsAdmin()
  const ask = (answer: Promise<Answer<'GET', '/live/encoders'>>): void => {
    setAsking(true)
    void answer.then(({ items }) => setEncoders(items), notifyError).finally(() => setAsking(false))
  }
  return (
    <section className="card" aria-label={t.encodersOfThisMachine}>
      <header>
        <h2>{t.encodersOfThisMachine}</h2>
        {encoders === undefined ? (
          <button
            type="button"
            className="button"
            onClick={() => ask(call('GET', '/live/encoders'))}
            disabled={asking}
            data-testid="show-encoders"
          >
            {asking ? t.measuring : t.show}
          </button>
        ) : (
          admin && (
            <button
              type="button"
              className="button"
              onClick={() => ask(call('POST', '/live/encoders/measure'))}
              disabled={asking}
              title={t.bestWhileThisMachineHas}
              data-testid="measure-encoders"
            >
              {asking ? t.measuring : t.measureAgain}
            </button>
          )
        )}
      </header>
      {encoders && (
        <ul className="card-body encoder-list" data-testid="encoders">
          {encoders.map(({ name, kind, found, speed, reason }) => (
            <li key={name} className="row">
              <span className={found ? 'chip good' : 'chip plain'}>{found ? t.found : t.notFound}</span>
              <span>
                {name} <span className="quiet small">{kind}</span>
              </span>
              <span className="quiet small push">{found ? t.timesRealTimeAt720p30(speed ?? '–') : reason}</span>
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
      await renditions.keep(stream.id, call('PUT', `/live/streams/${stream.id}/renditions`, { body: choice }))
    } catch (error) {
      notifyError(error)
    }
  }
  if (view === undefined) return <div className="skeleton stream-skeleton" aria-hidden="true" />
  const chosen = shown.find(({ id }) => id === view.choice.preset)
  const shed = view.renditions.filter(({ state }) => state === 'shed')
  return (
    <div className="stack" data-testid="renditions-panel">
      <section className="card" aria-label={t.madeNow}>
        <header>
          <h2>{t.madeNow}</h2>
          {view.capped && <span className="chip pending">{t.sourceCappedToItsKeys}</span>}
        </header>
        <div className="card-body stack">
          <p className="quiet" role="status" data-testid="renditions-state" data-state={view.state}>
            {sentence(view)}
          </p>
          {shed.length > 0 && (
            <p role="alert" data-testid="renditions-shed">
              {t.thisMachineIsTooSlow(shed.map(({ height }) => `${height}p`).join(', '))}
            </p>
          )}
          {view.renditions.length > 0 && <RenditionTable view={view} />}
        </div>
      </section>
      <section className="card" aria-label={t.choice}>
        <header>
          <h2>{t.choice}</h2>
          {!view.chosen && <span className="chip plain">{t.default}</span>}
          {editor && (
            <span className="row">
              {chosen && view.choice.mode === 'preset' && (
                <button type="button" className="button" onClick={() => setEditing(chosen)} data-testid="edit-preset">
                  {t.editPreset}
                </button>
              )}
              <button type="button" className="button" onClick={() => setEditing('new')} data-testid="new-preset">
                {t.createPreset}
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
