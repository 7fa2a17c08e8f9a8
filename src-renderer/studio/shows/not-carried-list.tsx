/** Something of a show that another program, or this one, has no equal for. */
export interface NotCarried {
  readonly place: string
  readonly reason: string
}

/** What an import or an export left out, with its places. */
export function NotCarriedList({ items, testId }: { readonly items: readonly NotCarried[]; readonly testId: string }) {
  return (
    <ul className="import-list" translate="no" data-testid={testId}>
      {items.map(({ place, reason }) => (
        <li key={`${place} ${reason}`}>
          <b>{place}</b> {reason}
        </li>
      ))}
    </ul>
  )
}
