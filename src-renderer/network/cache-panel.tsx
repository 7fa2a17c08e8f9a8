import { Eraser, Search } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { Answer, Body } from '../../src-main/api/typed-api.ts'
import { call } from '../client/api.ts'
import { formatAgo, formatBytes } from '../client/format.ts'
import { confirm } from '../components/dialog.tsx'
import { type Column, EntityTable, RowButton } from '../components/entity-table.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { count } from './figures.ts'
import { t } from './messages.ts'
import type { NodeItem } from './nodes.ts'

type Found = Answer<'GET', '/network/cache/objects'>['items'][number]
type Selection = Body<'POST', '/network/cache/purge'>

interface Row {
  readonly id: string
  readonly node: string
  readonly object: Found['objects'][number]
}

/** What is named by a text: an object, all that starts with it, or all that its origin marked with it. */
const kinds = ['prefix', 'url', 'tag'] as const
type Kind = (typeof kinds)[number]

function selectionOf(kind: Kind, text: string): Selection {
  if (kind === 'tag') return { tags: [text] }
  return kind === 'url' ? { urls: [text] } : { prefixes: [text] }
}

/** Purges after it was said how much goes. Resolves to true where it was done. */
async function purgeAfterCount(selection: Selection, name: string): Promise<boolean> {
  try {
    const { objects, bytes } = await call('POST', '/network/cache/purge', { body: { ...selection, dryRun: true } })
    if (objects === 0) {
      notify(t.nothingToPurge(name))
      return false
    }
    if (!(await confirm(t.purgeTitle(name), t.purgeText(count(objects), formatBytes(bytes)), t.purgeAction))) return false
    const done = await call('POST', '/network/cache/purge', { body: selection })
    notify(t.purged(count(done.objects)))
    return true
  } catch (error) {
    notifyError(error)
    return false
  }
}

/** What nodes keep: search, inspect, purge. */
export function CachePanel({ nodes }: { readonly nodes: readonly NodeItem[] }) {
  const [kind, setKind] = useState<Kind>('prefix')
  const [text, setText] = useState('/')
  const [node, setNode] = useState('')
  const [found, setFound] = useState<readonly Found[]>()
  const search = async (): Promise<void> => {
    try {
      const { items } = await call('GET', '/network/cache/objects', { query: { prefix: text, ...(node === '' ? {} : { node }) } })
      setFound(items)
    } catch (error) {
      notifyError(error)
    }
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void search()
  }
  const purge = async (selection: Selection, name: string): Promise<void> => {
    if ((await purgeAfterCount(selection, name)) && found !== undefined) await search()
  }
  return (
    <section className="stack" aria-label={t.cached} data-testid="cache-panel">
      <h2>{t.cached}</h2>
      <form className="card card-body cache-form" onSubmit={submit}>
        <label className="field">
          <span className="label">{t.what}</span>
          <select className="input" value={kind} onChange={(event) => setKind(event.target.value as Kind)} data-testid="cache-kind">
            {kinds.map((each) => (
              <option key={each} value={each}>
                {t.kinds[each]}
              </option>
            ))}
          </select>
        </label>
        <label className="field cache-text">
          <span className="label">{t.kinds[kind]}</span>
          <input
            className="input mono"
            value={text}
            onChange={(event) => setText(event.target.value)}
            required
            maxLength={4096}
            spellCheck={false}
            data-testid="cache-text"
          />
        </label>
        <label className="field">
          <span className="label">{t.node}</span>
          <select className="input" value={node} onChange={(event) => setNode(event.target.value)}>
            <option value="">{t.allNodes}</option>
            {nodes.map(({ id, name }) => (
              <option key={id} value={id} translate="no">
                {name}
              </option>
            ))}
          </select>
        </label>
        <div className="row">
          <button type="submit" className="button" disabled={kind === 'tag' || text === ''} data-testid="cache-search">
            <Search size={16} aria-hidden="true" /> {t.search}
          </button>
          <button
            type="button"
            className="button danger"
            disabled={text === ''}
            onClick={() => void purge(selectionOf(kind, text), text)}
            data-testid="cache-purge"
          >
            <Eraser size={16} aria-hidden="true" /> {t.purgeAll}
          </button>
        </div>
      </form>
      {found !== undefined && <FoundObjects found={found} onPurge={(url) => void purge({ urls: [url] }, url)} />}
    </section>
  )
}

function FoundObjects({ found, onPurge }: { readonly found: readonly Found[]; readonly onPurge: (url: string) => void }) {
  const rows: Row[] = found.flatMap(({ id, name, objects }) =>
    objects.map((object) => ({ id: `${id} ${object.site} ${object.url} ${object.variant}`, node: name, object })),
  )
  const nowMs = Date.now()
  const columns: readonly Column<Row>[] = [
    {
      title: t.object,
      className: 'cache-url',
      cell: ({ object: { url, variant, tags } }) => (
        <span translate="no">
          <span className="mono">{url}</span>
          {(variant !== '' || tags.length > 0) && <span className="quiet small"> {[variant, ...tags].filter(Boolean).join(' ')}</span>}
        </span>
      ),
    },
    { title: t.node, cell: ({ node }) => <span translate="no">{node}</span> },
    { title: t.type, cell: ({ object }) => <span translate="no">{object.type || '–'}</span> },
    { title: t.size, end: true, cell: ({ object }) => formatBytes(object.bytes) },
    { title: t.age, end: true, cell: ({ object }) => formatAgo(object.fetchedAt, nowMs) },
    {
      title: t.state,
      cell: ({ object: { state } }) => (
        <span className={`chip ${state === 'fresh' ? 'good' : 'pending'}`}>{state === 'fresh' ? t.fresh : t.stale}</span>
      ),
    },
  ]
  return (
    <div className="card">
      {rows.length === 0 ? (
        <p className="card-body quiet">{t.nothingFound}</p>
      ) : (
        <EntityTable
          items={rows}
          columns={columns}
          rowTestId="cache-object"
          stateOf={({ object }) => object.state}
          actions={({ object: { url } }) => (
            <RowButton
              icon={<Eraser size={16} aria-hidden="true" />}
              title={t.purgeAction}
              label={t.purgeOne(url)}
              onClick={() => onPurge(url)}
            />
          )}
        />
      )}
      {found.some(({ hasMore }) => hasMore) && <p className="card-body quiet small">{t.hasMore}</p>}
      {found
        .filter(({ state }) => state !== 'done')
        .map(({ id, name }) => (
          <p key={id} className="card-body quiet small">
            {t.noAnswer(name)}
          </p>
        ))}
    </div>
  )
}
