import { call } from '../client/api.ts'
import { keepSettings } from '../client/follow-host.ts'
import type { Settings } from '../client/types.ts'
import { notifyError } from '../components/toasts.tsx'
import { settings as t } from '../messages/page.ts'

/** Switches for what the desktop of this host notifies of. */
export function NotificationsCard({ settings, admin }: { readonly settings: Settings; readonly admin: boolean }) {
  const switches = [
    ['notifyOutputs', t.notifyOutputs],
    ['notifyRecordings', t.notifyRecordings],
    ['notifyGuests', t.notifyGuests],
    ['notifyDisk', t.notifyDisk],
  ] as const
  return (
    <section className="card" aria-label={t.notifications}>
      <header>
        <h2>{t.notifications}</h2>
      </header>
      <div className="card-body stack">
        <p className="hint" id="notifications-hint">
          {t.notificationsHint}
        </p>
        {switches.map(([name, label]) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={settings[name]}
              disabled={!admin}
              aria-describedby="notifications-hint"
              data-testid={name}
              onChange={(event) => {
                keepSettings(call('PATCH', '/settings', { body: { [name]: event.currentTarget.checked } })).catch(notifyError)
              }}
            />
            {label}
          </label>
        ))}
      </div>
    </section>
  )
}
