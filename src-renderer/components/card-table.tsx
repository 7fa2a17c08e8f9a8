import type { ReactNode } from 'react'
import { components as t } from '../messages/page.ts'

/** A column of a table: its heading, and what it has of an item. */
export interface Column<Entity> {
  readonly title: string
  readonly cell: (item: Entity) => ReactNode
}

interface CardTableProps<Entity> {
  readonly title: string
  /** Beside the title. */
  readonly buttons?: ReactNode
  /** Undefined until they have been read. */
  readonly items: readonly Entity[] | undefined
  /** Shown if there is none. */
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
        <div className="table-wrap">
          <table data-testid={testId}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column.title}>{column.title}</th>
                ))}
                <th>
                  <span className="sr-only">{t.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.id} data-testid={rowTestId}>
                  {columns.map((column) => (
                    <td key={column.title}>{column.cell(item)}</td>
                  ))}
                  <td className="end">{actions(item)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {children}
    </section>
  )
}

interface RowButtonProps {
  readonly icon: ReactNode
  readonly title: string
  /** The same with the name of the item, for those who hear it. */
  readonly label: string
  readonly onClick: () => void
  readonly testId?: string
}

/** A button with an icon at the end of a row. */
export function RowButton({ icon, title, label, onClick, testId }: RowButtonProps) {
  return (
    <button type="button" className="button quiet icon" aria-label={label} title={title} onClick={onClick} data-testid={testId}>
      {icon}
    </button>
  )
}
