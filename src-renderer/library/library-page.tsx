import { FileVideo, Film, History, Scissors, Search, Trash2, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import { formatBytes } from '../client/format.ts'
import { inLanguage } from '../client/host-error.ts'
import { ClipState } from '../clips/clip-list.tsx'
import { CopyField } from '../components/copy.tsx'
import { MediaList } from '../components/media-list.tsx'
import { MediaPlayer } from '../components/media-player.tsx'
import { useIsAdmin, useMayEdit, useTitle } from '../components/page.ts'
import { notifyError } from '../components/toasts.tsx'
import { library as t } from '../messages/page.ts'
import { KeepButton, PublicUrl, PublishButton, RecordingState } from '../recording/recording-list.tsx'
import { DefaultRule, StreamRetention, StudioRetention } from '../recording/recording-settings.tsx'
import { type StudioFile, studioFiles } from '../studio/outputs/studio-files.ts'
import { cancelRemux, keepFromRetention, publish, remux, rename, throwAway, throwAwayAll } from './library-actions.ts'
import { comparisons, fits, itemsById, type LibraryFilter, type LibraryItem, type LibraryOrder, useLibrary } from './library-items.ts'
import { TrashDialog } from './trash-dialog.tsx'
import './library.css'

const icons = { recording: Film, replay: History, clip: Scissors } as const
const studioChips = { writing: 'live', complete: 'good', recovered: 'pending', failed: 'error' } as const
const orders: readonly LibraryOrder[] = ['newest', 'oldest', 'title', 'longest', 'largest']
const everything: LibraryFilter = { kind: 'all', part: 'all', search: '' }

const isGrowing = ({ of: { entity } }: LibraryItem): boolean =>
  entity.state === 'recording' || entity.state === 'writing' || entity.state === 'making' || entity.state === 'waiting'

/** What was recorded of people at a display is deleted by admins alone. */
const mayDelete = ({ of }: LibraryItem, admin: boolean): boolean => of.is !== 'display' || admin

/** Id of the recording that the file is being made of; null for any other file. */
const remuxSource = ({ state, remuxedFrom }: StudioFile): string | null => (state === 'writing' ? remuxedFrom : null)

function State({ item: { of } }: { readonly item: LibraryItem }) {
  if (of.is === 'recording' || of.is === 'display') return <RecordingState recording={of.entity} />
  if (of.is === 'clip') return <ClipState clip={of.entity} />
  const { state, error, durationMs } = of.entity
  const source = remuxSource(of.entity)
  return (
    <>
      <span className={`chip ${studioChips[state]}`}>{source === null ? t.states[state] : t.remuxing}</span>
      {source !== null && <RemuxProgress from={source} durationMs={durationMs} />}
      {error && <div className="small quiet">{inLanguage(error).message}</div>}
    </>
  )
}

function RemuxProgress({ from, durationMs }: { readonly from: string; readonly durationMs: number }) {
  const whole = useCollection(studioFiles).items[from]?.durationMs ?? 0
  return <progress className="remux-progress" max={Math.max(1, whole)} value={durationMs} aria-label={t.remuxing} />
}

function Actions({ item }: { readonly item: LibraryItem }) {
  const { of, fileName } = item
  const admin = useIsAdmin()
  if (of.is === 'display' && !admin) return null
  const canRemux = of.is === 'file' && of.entity.container === 'mkv' && (of.entity.state === 'complete' || of.entity.state === 'recovered')
  return (
    <>
      {(of.is === 'recording' || of.is === 'clip') && (
        <PublishButton
          published={of.entity.published}
          name={of.is === 'clip' ? of.entity.title : fileName}
          onChange={(published, said) => publish(item, published, said)}
        />
      )}
      {canRemux && (
        <button
          type="button"
          className="button quiet icon"
          aria-label={t.remuxNamed(fileName)}
          title={t.remux}
          data-testid="remux"
          onClick={() => void remux(item)}
        >
          <FileVideo size={16} />
        </button>
      )}
      {of.is === 'file' && remuxSource(of.entity) !== null && (
        <button
          type="button"
          className="button quiet icon"
          aria-label={t.cancelRemuxNamed(fileName)}
          title={t.cancelRemux}
          data-testid="cancel-remux"
          onClick={() => void cancelRemux(item)}
        >
          <X size={16} />
        </button>
      )}
      {of.is !== 'clip' && (
        <KeepButton kept={of.entity.kept} fileName={fileName} onChange={(kept, said) => keepFromRetention(item, kept, said)} />
      )}
    </>
  )
}

/** What is done with all files that are selected. */
function SelectionBar({ items, onDone }: { readonly items: readonly LibraryItem[]; readonly onDone: () => void }) {
  const admin = useIsAdmin()
  const deletable = items.filter((item) => (!isGrowing(item) || item.kind === 'clip') && mayDelete(item, admin))
  return (
    <div className="library-selection" role="toolbar" aria-label={t.selectionActions} data-testid="library-selection">
      <b>{t.selected(items.length)}</b>
      <span className="quiet small">{formatBytes(items.reduce((sum, { bytes }) => sum + bytes, 0))}</span>
      <span className="spacer" />
      <button
        type="button"
        className="button danger"
        disabled={deletable.length === 0}
        data-testid="delete-selected"
        onClick={() => {
          void throwAwayAll(deletable)
          onDone()
        }}
      >
        <Trash2 size={16} /> {t.deleteSelected}
      </button>
      <button type="button" className="button quiet" onClick={onDone} data-testid="clear-selection">
        {t.clearSelection}
      </button>
    </div>
  )
}

function Player({ item, onClose }: { readonly item: LibraryItem; readonly onClose: () => void }) {
  const titles = useWindowTitles(item)
  if (item.fileUrl === null) return null
  return (
    <MediaPlayer kind={item.kind} file={{ ...item, fileUrl: item.fileUrl }} chapters={[...item.chapters, ...titles]} onClose={onClose}>
      {(item.of.is === 'recording' || item.of.is === 'clip') && <PublicUrl path={item.of.entity.publicUrl} />}
      {item.path !== null && <CopyField label={t.path} value={item.path} />}
    </MediaPlayer>
  )
}

const noTitles: LibraryItem['chapters'] = []

/** Windows that were active on a display while it was recorded. */
function useWindowTitles({ of }: LibraryItem): LibraryItem['chapters'] {
  const [titles, setTitles] = useState(noTitles)
  const id = of.is === 'display' ? of.entity.id : undefined
  useEffect(() => {
    if (id === undefined) return
    call('GET', `/desktop/recordings/${id}/titles`).then(
      (answer) => setTitles(answer.titles.map(({ atMs, title }) => ({ atMs, name: title }))),
      notifyError,
    )
  }, [id])
  return titles
}

/** The section: recordings, replays and clips of all parts in one list. */
export function LibraryPage() {
  useTitle(t.title)
  // `?show=ID` of a file that was just finished.
  const [wanted] = useState(() => new URLSearchParams(location.search).get('show'))
  const [filter, setFilter] = useState<LibraryFilter>(everything)
  const [order, setOrder] = useState<LibraryOrder>('newest')
  const [trash, setTrash] = useState(false)
  const editor = useMayEdit()
  const admin = useIsAdmin()
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const { loaded, items } = useLibrary()
  const all = Object.values(items).filter(({ deletedAt }) => deletedAt === null)
  const shown = all.filter((item) => fits(item, filter))
  const bytes = all.reduce((sum, item) => sum + item.bytes, 0)
  // What is not seen is not acted on.
  const chosen = shown.filter(({ id }) => selected.has(id))
  const filtered = all.length > 0 && shown.length === 0
  return (
    <>
      <header className="page-head">
        <h1>{t.title}</h1>
        <span className="quiet" data-testid="library-size">
          {t.files(all.length)} · {formatBytes(bytes)}
        </span>
        <span className="spacer" />
        <button type="button" className="button" onClick={() => setTrash(true)} data-testid="open-trash">
          <Trash2 size={16} /> {t.openTrash}
        </button>
      </header>
      <div className="stack">
        <section className="card" aria-label={t.allFiles}>
          <search className="library-filter">
            <label className="library-search">
              <Search size={16} />
              <span className="sr-only">{t.search}</span>
              <input
                className="input"
                type="search"
                placeholder={t.search}
                value={filter.search}
                onChange={(event) => setFilter({ ...filter, search: event.currentTarget.value })}
                data-testid="library-search"
              />
            </label>
            <select
              className="input"
              aria-label={t.kind}
              value={filter.kind}
              onChange={(event) => setFilter({ ...filter, kind: event.currentTarget.value as LibraryFilter['kind'] })}
              data-testid="library-kind"
            >
              <option value="all">{t.allKinds}</option>
              {(['recording', 'replay', 'clip'] as const).map((kind) => (
                <option key={kind} value={kind}>
                  {t.kindsMany[kind]}
                </option>
              ))}
            </select>
            <select
              className="input"
              aria-label={t.from}
              value={filter.part}
              onChange={(event) => setFilter({ ...filter, part: event.currentTarget.value as LibraryFilter['part'] })}
              data-testid="library-part"
            >
              <option value="all">{t.fromAnywhere}</option>
              <option value="live">{t.parts.live}</option>
              <option value="studio">{t.parts.studio}</option>
              <option value="desktop">{t.parts.desktop}</option>
            </select>
            <select
              className="input"
              aria-label={t.order}
              value={order}
              onChange={(event) => setOrder(event.currentTarget.value as LibraryOrder)}
              data-testid="library-order"
            >
              {orders.map((each) => (
                <option key={each} value={each}>
                  {t.orders[each]}
                </option>
              ))}
            </select>
          </search>
          {chosen.length > 0 && <SelectionBar items={chosen} onDone={() => setSelected(new Set())} />}
          <MediaList
            kind="library"
            kindOf={({ kind }) => kind}
            list={{ loaded, items: itemsById(shown) }}
            compare={comparisons[order]}
            icon={Film}
            iconOf={({ kind }) => icons[kind]}
            first={wanted}
            empty={
              filtered
                ? { title: t.nothingFound, text: t.nothingFoundText }
                : {
                    title: t.empty,
                    text: t.emptyText,
                    action: editor && (
                      <Link className="button primary" href="/studio">
                        {t.openStudio}
                      </Link>
                    ),
                  }
            }
            nameOf={({ of, fileName, title }) => (of.is === 'clip' ? title : fileName)}
            below={({ fileName, part, source }) => (
              <>
                <div className="small quiet">{fileName}</div>
                {part === 'live' ? (
                  <Link className="small" href={`/live/${source}`}>
                    {source}
                  </Link>
                ) : (
                  <span className="small quiet">
                    {t.parts[part]}: {source}
                  </span>
                )}
              </>
            )}
            startedTitle={t.started}
            columns={[
              {
                title: t.kind,
                cell: ({ kind, container, tracks }) => <span title={tracks}>{`${t.kinds[kind]}, ${container.toUpperCase()}`}</span>,
              },
              { title: t.resolution, cell: ({ resolution }) => <span className="tabular">{resolution || '–'}</span> },
              { title: t.state, cell: (item) => <State item={item} /> },
            ]}
            isPlayable={({ fileUrl, state }) => fileUrl !== null && state !== 'failed'}
            onRename={rename}
            onDelete={throwAway}
            deleteProblem={(item) =>
              isGrowing(item) && item.kind !== 'clip' ? t.stopItFirst : mayDelete(item, admin) ? undefined : t.adminsDelete
            }
            actions={(item) => <Actions item={item} />}
            selection={
              editor ? { ids: selected, onChange: setSelected, of: ({ fileName }) => t.selectNamed(fileName), all: t.selectAll } : undefined
            }
            player={(item, onClose) => <Player item={item} onClose={onClose} />}
          />
        </section>
        <DefaultRule />
        <StreamRetention />
        <StudioRetention />
      </div>
      {trash && <TrashDialog onClose={() => setTrash(false)} />}
    </>
  )
}
