import type { StreamKey } from '../client/types.ts'

/** Which publisher a key is for, and who may take over on it. */
export type KeyRole = Pick<StreamKey, 'role' | 'sameAddressOnly'>

export const usualRole: KeyRole = { role: 'primary', sameAddressOnly: false }

/** Primary or backup, and whether a takeover must come from the same address. */
export function KeyRoleFields({ rules, onChange }: { readonly rules: KeyRole; readonly onChange: (rules: KeyRole) => void }) {
  return (
    <>
      <div className="field">
        <label htmlFor="key-role">This key is for</label>
        <select
          id="key-role"
          className="input"
          value={rules.role}
          onChange={(event) => onChange({ ...rules, role: event.target.value as KeyRole['role'] })}
          aria-describedby="key-role-hint"
          data-testid="key-role"
        >
          <option value="primary">the primary encoder</option>
          <option value="backup">the backup encoder</option>
        </select>
        <span id="key-role-hint" className="hint">
          {rules.role === 'backup'
            ? 'It is held ready beside the primary and goes on air when that one fails.'
            : 'It is on air whenever it delivers.'}
        </span>
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={rules.sameAddressOnly}
          onChange={(event) => onChange({ ...rules, sameAddressOnly: event.target.checked })}
          data-testid="key-same-address"
        />
        Only an encoder at the same address may take over
      </label>
    </>
  )
}
