import type { ReactNode } from 'react'
import { type Column, EntityTable } from './entity-table.tsx'

interface CardTableProps<Entity> {
  readonly title: string
  /** Beside the title. */
  readonly buttons?: ReactNode
  /** Undefined until they have been read. */
  readonly items: readonly Entity[] | undefined
  /** Shown while the list is empty. */
  readonly empty: string
  readonly columns: readonly Column<Entity>[]
  /** What can be done with an item: the last column. */
  readonly actions: (item: Entity) => ReactNode
  readonly testId: string
  readonly rowTestId: string
  /** Dialogs of the card. */
  readonly children?: ReactNode
}

/** A card with a list of what the host keeps by name: tokens, playback keys, signed-in browsers, hooks. */
export function CardTable<Entity extends { readonly id: string }>({
  title,
  buttons,
  items,
  empty,
  columns,
  actions,
  testId,
  rowTestId,
  children,
}: CardTableProps<Entity>) {
  return (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {buttons}
      </header>
      {items === undefined ? (
        <div className="card-body">
          <div className="skeleton settings-skeleton" />
        </div>
      ) : items.length === 0 ? (
        <p className="card-body quiet">{empty}</p>
      ) : (
        <EntityTable items={items} columns={columns} actions={actions} testId={testId} rowTestId={rowTestId} />
      )}
      {children}
    </section>
  )
}
