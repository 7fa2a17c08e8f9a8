import { Globe, GlobeLock, TriangleAlert } from 'lucide-react'
import { call } from '../../client/api.ts'
import { keepSettings } from '../../client/follow-host.ts'
import { Resource, useResource } from '../../client/resource.ts'
import { useClient } from '../../client/store.ts'
import type { Settings } from '../../client/types.ts'
import { keyNames } from '../../components/key-names.ts'
import { useIsAdmin } from '../../components/page.ts'
import { notifyError } from '../../components/toasts.tsx'
import type { HotkeysReport } from '../types.ts'
import { sameKeys } from './chords.ts'
import { t } from './messages.ts'

const hotkeys = new Resource({ path: () => '/studio/hotkeys' as const, updated: ['studio.hotkeys'] })
const settings = ['safe', 'all', 'off'] as const satisfies readonly Settings['globalHotkeys'][]

/** Which keys of a macro work while another window has the focus, and why others do not. */
export function GlobalKeys({ keys }: { readonly keys: readonly string[] }) {
  const report = useResource(hotkeys)
  const setting = useClient((state) => state.settings?.globalHotkeys)
  const admin = useIsAdmin()
  const shown = keys.flatMap((chord) => report?.items.find((each) => sameKeys(each.chord, chord)) ?? [])
  return (
    <>
      {shown.length > 0 && (
        <ul className="key-states" data-testid="key-states" aria-live="polite">
          {shown.map((each) => (
            <KeyState key={each.chord} hotkey={each} />
          ))}
        </ul>
      )}
      {report?.problem != null && shown.length > 0 && (
        <span className="hint bad" data-testid="hotkeys-problem">
          {t.keyProblems[report.problem]}
        </span>
      )}
      {setting !== undefined && (
        <div className="row global-keys">
          <label htmlFor="global-hotkeys">{t.globalSetting}</label>
          <select
            id="global-hotkeys"
            className="input"
            value={setting}
            disabled={!admin}
            title={admin ? undefined : t.globalAdmin}
            data-testid="global-hotkeys"
            onChange={(event) => {
              const chosen = settings.find((each) => each === event.currentTarget.value)
              if (chosen !== undefined) keepSettings(call('PATCH', '/settings', { body: { globalHotkeys: chosen } })).catch(notifyError)
            }}
          >
            {settings.map((each) => (
              <option key={each} value={each}>
                {t.globalSettings[each]}
              </option>
            ))}
          </select>
        </div>
      )}
    </>
  )
}

function KeyState({ hotkey: { chord, state, trigger, typed } }: { readonly hotkey: HotkeysReport['items'][number] }) {
  const isWarning = state === 'taken' || state === 'unknown-key' || (state === 'active' && typed)
  const Icon = isWarning ? TriangleAlert : state === 'active' ? Globe : GlobeLock
  const text = state !== 'active' ? t.keyStates[state] : typed ? t.keySwallowed : t.keyActive(trigger)
  return (
    <li data-state={state} data-warning={isWarning} data-testid="key-state">
      <Icon size={14} aria-hidden="true" />
      <span>
        <kbd>{keyNames(chord)}</kbd> {text}
      </span>
    </li>
  )
}
