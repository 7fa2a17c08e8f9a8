import { Clapperboard, Compass, FilePlus, LayoutTemplate, Play } from 'lucide-react'
import { useEffect, useState } from 'react'
import { formatAgo } from '../../client/format.ts'
import { notifyError } from '../../components/toasts.tsx'
import { leaveGuide, openGuide, useGuide } from '../guide/guide-state.ts'
import { t as guide } from '../guide/messages.ts'
import { PurposeChoice } from '../guide/purpose-choice.tsx'
import { t } from '../messages.ts'
import { ImportBundle } from '../shows/import-bundle.tsx'
import { type Listing, listShows, makeEmptyShow, makeFirstShow, openShow } from '../shows/new-show.ts'
import { t as templates } from '../templates/messages.ts'
import { openDialog } from '../view-store.ts'
import { ImportObs } from './import-obs.tsx'

/** Shown while no show is open: one click to a first scene. */
export function StartState({ editor }: { readonly editor: boolean }) {
  const [shows, setShows] = useState<readonly Listing[]>([])
  const [known, setKnown] = useState(false)
  const left = useGuide((state) => state.left)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    listShows().then((found) => {
      setShows(found)
      setKnown(true)
    }, notifyError)
  }, [])
  const asks = known && shows.length === 0 && !left
  const run = (work: () => Promise<unknown>) => () => {
    setBusy(true)
    work().then(
      () => setBusy(false),
      (error) => {
        setBusy(false)
        notifyError(error)
      },
    )
  }
  if (!editor) {
    return (
      <div className="start" data-testid="studio-start">
        <div className="card start-card empty">
          <Clapperboard size={32} />
          <p>{t.start.viewer}</p>
        </div>
      </div>
    )
  }
  return (
    <div className="start" data-testid="studio-start">
      <div className="card start-card">
        <div className="start-head">
          <Clapperboard size={36} />
          <h1>{t.start.title}</h1>
          <p className="quiet">{t.start.text}</p>
        </div>
        {asks && (
          <section className="start-guide" aria-label={guide.title} data-testid="start-guide">
            <h2>{guide.purpose}</h2>
            <PurposeChoice onChoose={openGuide} />
            <button type="button" className="button quiet" onClick={leaveGuide} data-testid="start-guide-leave">
              {guide.leave}
            </button>
          </section>
        )}
        <div className="start-first">
          <button
            type="button"
            className="button primary big"
            disabled={busy}
            onClick={run(makeFirstShow)}
            data-testid="start-with-picture"
          >
            <Play size={18} /> {t.start.withScreen}
          </button>
          <p className="quiet small">{t.start.screenHelp}</p>
        </div>
        <div className="row start-others">
          {!asks && (
            <button type="button" className="button" disabled={busy} onClick={() => openGuide()} data-testid="start-guide-open">
              <Compass size={16} /> {guide.open}
            </button>
          )}
          <button type="button" className="button" disabled={busy} onClick={() => openDialog('template')} data-testid="start-template">
            <LayoutTemplate size={16} /> {templates.open}
          </button>
          <button type="button" className="button" disabled={busy} onClick={run(makeEmptyShow)} data-testid="start-empty">
            <FilePlus size={16} /> {t.start.empty}
          </button>
          <ImportObs />
          <ImportBundle />
        </div>
        {shows.length > 0 && (
          <section className="start-shows">
            <h2>{t.start.open}</h2>
            <ul>
              {shows.map(({ name, changedAt }) => (
                <li key={name}>
                  <button type="button" className="show-row" disabled={busy} onClick={run(() => openShow(name))} data-testid="open-show">
                    <b>{name}</b>
                    <span className="quiet small">{t.start.changedAt(formatAgo(changedAt, Date.now()))}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </div>
  )
}
