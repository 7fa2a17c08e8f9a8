import { Resource, useResource } from '../client/resource.ts'
import { t } from './messages.ts'

const sessionUsers = new Resource({ path: () => '/desktop/users' })

/** As which user of the machine the programs of a display run; empty: as the one that the host runs as. */
export function SessionUserField({ user, onChange }: { readonly user: string; readonly onChange: (user: string) => void }) {
  const known = useResource(sessionUsers)
  if (known === undefined) return null
  const { items, own, problem } = known
  return (
    <div className="field">
      <label htmlFor="display-user">{t.user}</label>
      <select
        id="display-user"
        className="input"
        value={user}
        onChange={(event) => onChange(event.target.value)}
        disabled={items.length === 0}
        aria-describedby="display-user-help"
        data-testid="display-user"
      >
        <option value="">{t.ownUser(own)}</option>
        {items.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <span className="hint" id="display-user-help">
        {items.length > 0 ? t.userHelp : t.noOtherUsers}
        {problem !== null && <span translate="no"> {problem}.</span>}
      </span>
    </div>
  )
}
