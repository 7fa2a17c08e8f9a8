import type { StreamKey } from '../client/types.ts'
import { keys as t } from '../messages/page.ts'

/** Which publisher a key is for, who may take over on it, and how long its stream waits for it. */
export type KeyRole = Pick<StreamKey, 'role' | 'sameAddressOnly' | 'restartWindowMs'>

export const usualRole: KeyRole = { role: 'primary', sameAddressOnly: false, restartWindowMs: 10_000 }

/** Primary or backup, whether a takeover must come from the same IP address, and the wait for an encoder that was stopped. */
export function KeyRoleFields({ rules, onChange }: { readonly rules: KeyRole; readonly onChange: (rules: KeyRole) => void }) {
  return (
    <>
      <div className="field">
        <label htmlFor="key-role">{t.thisKeyIsFor}</label>
        <select
          id="key-role"
          className="input"
          value={rules.role}
          onChange={(event) => onChange({ ...rules, role: event.target.value as KeyRole['role'] })}
          aria-describedby="key-role-hint"
          data-testid="key-role"
        >
          <option value="primary">{t.thePrimaryEncoder}</option>
          <option value="backup">{t.theBackupEncoder}</option>
        </select>
        <span id="key-role-hint" className="hint">
          {rules.role === 'backup' ? t.itIsKeptReadyBeside : t.itIsOnAirWhenever}
        </span>
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={rules.sameAddressOnly}
          onChange={(event) => onChange({ ...rules, sameAddressOnly: event.target.checked })}
          data-testid="key-same-address"
        />
        {t.onlyAnEncoderAtThe}
      </label>
      <div className="field">
        <label htmlFor="key-restart-window">{t.waitForAStoppedEncoder}</label>
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
          {rules.restartWindowMs === 0 ? t.theStreamEndsAsSoon : t.playersGoOnWhenThe}
        </span>
      </div>
    </>
  )
}
