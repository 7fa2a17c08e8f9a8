import { useEffect, useState } from 'react'
import { useLocation, useSearch } from 'wouter'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { formatBytes } from '../../client/format.ts'
import { Dialog } from '../../components/dialog.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { t as texts } from '../messages.ts'
import { useShow } from '../show-store.ts'
import { ImportReport } from './import-report.tsx'
import { t } from './messages.ts'
import { type Listing, listShows, openShow, showName } from './new-show.ts'
import { replaceShow } from './replace-show.ts'
import './shows.css'

/** What a link or a file of the desktop asks for: it is done when somebody says so here, and not before. */
export function AskedByLink() {
  const query = new URLSearchParams(useSearch())
  const [, navigate] = useLocation()
  const done = (): void => navigate('/studio', { replace: true })
  const upload = query.get('import')
  const collection = query.get('collection')
  if (upload !== null) return <AskImport key={upload} upload={upload} onDone={done} />
  return collection === null ? null : <AskOpen key={collection} name={collection} onDone={done} />
}

function AskOpen({ name, onDone }: { readonly name: string; readonly onDone: () => void }) {
  const open = useShow((state) => state.open)
  const [shows, setShows] = useState<readonly Listing[] | null>(null)
  useEffect(() => void listShows().then(setShows, notifyError), [])
  if (shows === null) return null
  const found = shows.some((each) => each.name === name)
  const isOpen = open?.name === name
  return (
    <Dialog title={t.askOpen} onClose={onDone} testId="ask-open">
      <p>{isOpen ? t.isOpen(name) : found ? t.askOpenText(name) : t.noSuchShow(name)}</p>
      {found && !isOpen && open !== null && <p className="quiet">{t.replaces(open.name)}</p>}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onDone} data-testid="ask-open-no">
          {found && !isOpen ? texts.cancel : texts.close}
        </button>
        {found && !isOpen && (
          <button
            type="button"
            className="button primary"
            data-testid="ask-open-yes"
            onClick={() => {
              onDone()
              void replaceShow((force) => openShow(name, force))
            }}
          >
            {t.openShow}
          </button>
        )}
      </div>
    </Dialog>
  )
}

type Summary = Answer<'GET', '/studio/uploads/*/bundle'>

function AskImport({ upload, onDone }: { readonly upload: string; readonly onDone: () => void }) {
  const [summary, setSummary] = useState<Summary | null>(null)
  const [report, setReport] = useState<Answer<'POST', '/studio/import/bundle'> | null>(null)
  const [busy, setBusy] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once
  useEffect(() => {
    call('GET', `/studio/uploads/${encodeURIComponent(upload)}/bundle`).then(setSummary, (error: unknown) => {
      notifyError(error)
      onDone()
    })
  }, [])
  if (report !== null) return <ImportReport title={t.imported} report={report} onClose={onDone} />
  if (summary === null) return null
  const leave = (): void => {
    void call('DELETE', `/studio/uploads/${encodeURIComponent(upload)}`).catch(() => undefined)
    onDone()
  }
  const take = async (): Promise<void> => {
    setBusy(true)
    try {
      const name = showName(summary.name, await listShows())
      setReport(await call('POST', '/studio/import/bundle', { body: { name, upload } }))
    } catch (error) {
      notifyError(error)
      setBusy(false)
    }
  }
  const { name, scenes, sources, outputs, macros, listed, urls, media, mediaBytes, missing } = summary
  return (
    <Dialog title={t.askImport(name)} onClose={leave} testId="ask-import">
      <p className="quiet">{t.askImportText}</p>
      <p>{t.parts(scenes, sources, outputs, macros)}</p>
      <p>{t.media(media, formatBytes(mediaBytes))}</p>
      <List title={t.sourcesInside} entries={listed.map((each) => `${each.name} (${each.kind})`)} />
      <List title={t.urlsInside} entries={urls} />
      <List title={t.missing} entries={missing} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={leave} data-testid="ask-import-no">
          {t.notImport}
        </button>
        <button
          type="button"
          className="button primary"
          disabled={busy}
          aria-busy={busy}
          onClick={() => void take()}
          data-testid="ask-import-yes"
        >
          {t.importIt}
        </button>
      </div>
    </Dialog>
  )
}

function List({ title, entries }: { readonly title: string; readonly entries: readonly string[] }) {
  if (entries.length === 0) return null
  return (
    <details className="asked-list">
      <summary>
        {title} <span className="quiet">({entries.length})</span>
      </summary>
      {/* A list that scrolls is reached by keys. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <ul tabIndex={0} aria-label={title}>
        {[...new Set(entries)].map((entry) => (
          <li key={entry}>{entry}</li>
        ))}
      </ul>
    </details>
  )
}
