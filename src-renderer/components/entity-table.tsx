import type { ReactNode } from 'react'
import { components as t } from '../messages/page.ts'

/** A column of a table: its heading, and what it has of an item. */
export interface Column<Entity> {
  readonly title: string
  readonly cell: (item: Entity) => ReactNode
  /** Of the cells. */
  readonly className?: string
  /** Numbers: heading and cells are aligned at the end. */
  readonly end?: boolean
}

interface EntityTableProps<Entity> {
  readonly items: readonly Entity[]
  readonly columns: readonly Column<Entity>[]
  /** What can be done with an item: the last column. */
  readonly actions?: (item: Entity) => ReactNode
  readonly testId?: string
  readonly rowTestId?: string
  /** `data-state` of a row. */
  readonly stateOf?: (item: Entity) => string
}

/** A table with a row for each item, that scrolls where it is wider than the page. */
export function EntityTable<Entity extends { readonly id: string }>({
  items,
  columns,
  actions,
  testId,
  rowTestId,
  stateOf,
}: EntityTableProps<Entity>) {
  return (
    <div className="table-wrap">
      <table data-testid={testId}>
        <thead>
          <tr>
            {columns.map(({ title, end = false }) => (
              <th key={title} className={end ? 'end' : undefined}>
                {title}
              </th>
            ))}
            {actions !== undefined && (
              <th>
                <span className="sr-only">{t.actions}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.id} data-testid={rowTestId} data-state={stateOf?.(item)}>
              {columns.map(({ title, cell, className, end = false }) => (
                <td key={title} className={end ? 'end' : className}>
                  {cell(item)}
                </td>
              ))}
              {actions !== undefined && <td className="end">{actions(item)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
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
