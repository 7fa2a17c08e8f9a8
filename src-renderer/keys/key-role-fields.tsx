import type { StreamKey } from '../client/types.ts'

/** Which publisher a key is for, who may take over on it, and how long its stream waits for it. */
export type KeyRole = Pick<StreamKey, 'role' | 'sameAddressOnly' | 'restartWindowMs'>

export const usualRole: KeyRole = { role: 'primary', sameAddressOnly: false, restartWindowMs: 10_000 }

/** Primary or backup, whether a takeover must come from the same address, and the wait for an encoder that was stopped. */
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
            ? 'It is kept ready beside the primary and goes on air when that one fails.'
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
        Only an encoder at the same IP address may take over
      </label>
      <div className="field">
        <label htmlFor="key-restart-window">Wait for a stopped encoder, s</label>
        <input
          id="key-restart-window"
          className="input"
          type="number"
          min={0}
          max={600}
          step={1}
          value={rules.restartWindowMs / 1000}
          onChange={(event) => {
            const seconds = Math.round(Number(event.target.value))
            if (seconds >= 0 && seconds <= 600) onChange({ ...rules, restartWindowMs: seconds * 1000 })
          }}
          aria-describedby="key-restart-window-hint"
          data-testid="key-restart-window"
        />
        <span id="key-restart-window-hint" className="hint">
          {rules.restartWindowMs === 0
            ? 'The stream ends as soon as the encoder is stopped.'
            : 'Players go on when the encoder is started again within this time; then the stream ends.'}
        </span>
      </div>
    </>
  )
}
