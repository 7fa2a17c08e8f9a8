import { Download, type LucideIcon, Play, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { CollectionState } from '../client/collection.ts'
import { formatBytes, formatDuration } from '../client/format.ts'
import { components as t } from '../messages/page.ts'
import { useMayEdit } from './page.ts'
import { Ago } from './time.tsx'
import { TitleField } from './title-field.tsx'
import './media-list.css'

/** What recordings and clips have in common. */
export interface Media {
  readonly id: string
  readonly title: string
  readonly fileName: string
  readonly state: string
  readonly startedAt: string
  readonly durationMs: number
  readonly bytes: number
  readonly thumbnailUrl: string | null
  /** Null while there is no file yet. */
  readonly fileUrl: string | null
  readonly deletedAt: string | null
}

interface MediaColumn<Entity> {
  readonly title: string
  readonly cell: (item: Entity) => ReactNode
}

interface MediaSelection<Entity> {
  readonly ids: ReadonlySet<string>
  readonly onChange: (ids: ReadonlySet<string>) => void
  /** Name of the check box of an item, and of the one for all. */
  readonly of: (item: Entity) => string
  readonly all: string
}

interface MediaListProps<Entity extends Media> {
  /** First word of the test ids. */
  readonly kind: string
  /** That of one item, where the list has several kinds. */
  readonly kindOf?: (item: Entity) => string
  readonly list: CollectionState<Entity>
  readonly compare: (one: Entity, two: Entity) => number
  readonly icon: LucideIcon
  readonly iconOf?: (item: Entity) => LucideIcon
  /** Id of an item that is marked and scrolled to. */
  readonly first?: string | null
  readonly empty: { readonly title: string; readonly text: string; readonly action?: ReactNode }
  /** How an item is called where a button is described. */
  readonly nameOf: (item: Entity) => string
  /** Beneath the title. */
  readonly below?: (item: Entity) => ReactNode
  readonly startedTitle: string
  /** More about the duration, in a tooltip. */
  readonly durationHelp?: (item: Entity) => string
  /** Columns before the actions. */
  readonly columns: readonly MediaColumn<Entity>[]
  readonly isPlayable: (item: Entity) => boolean
  readonly onRename: (item: Entity, title: string) => void
  readonly onDelete: (item: Entity) => void
  /** Why an item cannot be deleted now. */
  readonly deleteProblem?: (item: Entity) => string | undefined
  /** Buttons of editors before the others. */
  readonly actions?: (item: Entity) => ReactNode
  /** Items that are selected, where the list has check boxes. */
  readonly selection?: MediaSelection<Entity> | undefined
  /** What plays an item. */
  readonly player: (item: Entity, onClose: () => void) => ReactNode
}

/** Items that were scrolled to: once. */
const scrolled = new Set<string>()

function Row<Entity extends Media>({
  item,
  onPlay,
  ...list
}: MediaListProps<Entity> & { readonly item: Entity; readonly onPlay: () => void }) {
  const editor = useMayEdit()
  const { columns } = list
  const kind = list.kindOf?.(item) ?? list.kind
  const Icon = list.iconOf?.(item) ?? list.icon
  const { title, fileUrl } = item
  const name = list.nameOf(item)
  const playable = list.isPlayable(item)
  const problem = list.deleteProblem?.(item)
  return (
    <tr
      aria-current={list.first === item.id ? 'true' : undefined}
      ref={(row) => {
        if (list.first === item.id && row !== null && !scrolled.has(item.id)) {
          scrolled.add(item.id)
          row.scrollIntoView({ block: 'center' })
        }
      }}
      data-testid={`${kind}-row`}
      data-state={item.state}
      data-kind={kind}
      {...{ [`data-${kind}`]: item.id }}
    >
      {list.selection && (
        <td className="media-check">
          <input
            type="checkbox"
            aria-label={list.selection.of(item)}
            checked={list.selection.ids.has(item.id)}
            onChange={(event) => list.selection?.onChange(changed(list.selection.ids, [item.id], event.currentTarget.checked))}
            data-testid={`${kind}-select`}
          />
        </td>
      )}
      <td className="media-picture">
        <button type="button" disabled={!playable} aria-label={t.media.play(name)} onClick={onPlay} data-testid={`${kind}-play`}>
          {item.thumbnailUrl ? <img src={item.thumbnailUrl} alt="" loading="lazy" /> : !playable && <Icon size={20} />}
          {playable && <Play className="over" size={18} />}
        </button>
      </td>
      <td className="media-title" data-label={t.media.title}>
        <TitleField title={title} of={name} editor={editor} testId={`${kind}-title`} onChange={(next) => list.onRename(item, next)} />
        {list.below?.(item)}
      </td>
      <td data-label={list.startedTitle}>
        <Ago iso={item.startedAt} />
      </td>
      <td data-label={t.media.duration} className="end" data-testid={`${kind}-duration`} title={list.durationHelp?.(item)}>
        {formatDuration(item.durationMs)}
      </td>
      <td data-label={t.media.size} className="end">
        {formatBytes(item.bytes)}
      </td>
      {columns.map((column) => (
        <td key={column.title} data-label={column.title}>
          {column.cell(item)}
        </td>
      ))}
      <td className="end">
        <div className="row media-actions">
          {editor && list.actions?.(item)}
          {fileUrl !== null && (
            <a
              className="button quiet icon"
              href={`${fileUrl}?download=true`}
              download={item.fileName}
              aria-label={t.media.downloadNamed(name)}
              title={t.media.download}
              data-testid={`${kind}-download`}
            >
              <Download size={16} />
            </a>
          )}
          {editor && (
            <button
              type="button"
              className="button quiet icon danger"
              disabled={problem !== undefined}
              aria-label={t.media.deleteNamed(name)}
              title={problem ?? t.media.delete}
              data-testid={`${kind}-delete`}
              onClick={() => list.onDelete(item)}
            >
              <Trash2 size={16} />
            </button>
          )}
        </div>
      </td>
    </tr>
  )
}

function changed(ids: ReadonlySet<string>, which: readonly string[], selected: boolean): ReadonlySet<string> {
  const next = new Set(ids)
  for (const id of which) {
    if (selected) next.add(id)
    else next.delete(id)
  }
  return next
}

/** For lists that are sorted by a time, the newest first. */
export const newestFirst =
  <Entity,>(timeOf: (item: Entity) => string) =>
  (one: Entity, two: Entity): number =>
    timeOf(one) < timeOf(two) ? 1 : -1

/** A list of recordings, replays or clips, with what they are played by. */
export function MediaList<Entity extends Media>(props: MediaListProps<Entity>) {
  const { kind, list, compare, icon: Icon, empty, columns, selection } = props
  const [playing, setPlaying] = useState<string | null>(null)
  const shown = Object.values(list.items)
    .filter(({ deletedAt }) => deletedAt === null)
    .sort(compare)
  const played = playing === null ? undefined : list.items[playing]
  if (!list.loaded) return <div className="skeleton" style={{ height: 120 }} />
  if (shown.length === 0) {
    return (
      <div className="empty" data-testid={`${kind}s-empty`}>
        <Icon size={32} />
        <h2>{empty.title}</h2>
        <p>{empty.text}</p>
        {empty.action}
      </div>
    )
  }
  return (
    <>
      <div className="table-wrap media-list">
        <table data-testid={`${kind}s`}>
          <thead>
            <tr>
              {selection && (
                <th className="media-check">
                  <input
                    type="checkbox"
                    aria-label={selection.all}
                    checked={shown.every(({ id }) => selection.ids.has(id))}
                    onChange={(event) => {
                      const all = shown.map(({ id }) => id)
                      selection.onChange(changed(selection.ids, all, event.currentTarget.checked))
                    }}
                    data-testid={`${kind}-select-all`}
                  />
                </th>
              )}
              <th>
                <span className="sr-only">{t.media.image}</span>
              </th>
              <th>{t.media.title}</th>
              <th>{props.startedTitle}</th>
              <th className="end">{t.media.duration}</th>
              <th className="end">{t.media.size}</th>
              {columns.map(({ title }) => (
                <th key={title}>{title}</th>
              ))}
              <th className="end">
                <span className="sr-only">{t.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((item) => (
              <Row key={item.id} {...props} item={item} onPlay={() => setPlaying(item.id)} />
            ))}
          </tbody>
        </table>
      </div>
      {played && props.player(played, () => setPlaying(null))}
    </>
  )
}
