import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import type { Answer } from '../../src-main/api/typed-api.ts'
import { call } from '../client/api.ts'
import { Resource, useResource } from '../client/resource.ts'
import { DraftForm } from '../components/draft-form.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { t } from './messages.ts'

type Limits = Answer<'GET', '/network/limits'>
type Route = Limits['routes'][number]

const limits = new Resource({ path: () => '/network/limits' as const, updated: ['network.limits.updated'] })
const kinds = ['anonymous', 'signedIn', 'live'] as const
const maxRoutes = 20

/** How many requests viewers may make: of each IP address, signed URL and path, at all nodes together. */
export function LimitsForm() {
  const saved = useResource(limits)
  const [draft, setDraft] = useState<Limits>()
  const shown = draft ?? saved
  if (shown === undefined) return null
  const change = (changes: Partial<Limits>): void => setDraft({ ...shown, ...changes })
  const changeRoute = (at: number, changes: Partial<Route>): void =>
    change({ routes: shown.routes.map((route, index) => (index === at ? { ...route, ...changes } : route)) })
  const save = async (): Promise<void> => {
    try {
      await limits.keep('only', call('PUT', '/network/limits', { body: shown }))
      setDraft(undefined)
      notify(t.limitsSaved)
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <div className="card" data-testid="request-limits">
      <DraftForm editable changed={draft !== undefined} onSave={() => void save()} saveTestId="save-limits">
        <h3>{t.limits}</h3>
        <label className="check">
          <input
            type="checkbox"
            checked={shown.enabled}
            onChange={(event) => change({ enabled: event.target.checked })}
            data-testid="limits-enabled"
          />
          {t.limitsEnabled}
        </label>
        {kinds.map((kind) => (
          <Rate
            key={kind}
            label={t.limitKinds[kind]}
            rate={shown[kind]}
            onChange={(rate) => change({ [kind]: { ...shown[kind], ...rate } })}
          />
        ))}
        {shown.routes.map((route, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a limit has no name of its own while its path is typed
          <div key={at} className="row route-limit" data-testid="route-limit">
            <input
              className="input mono"
              aria-label={t.limitPath}
              value={route.path}
              onChange={(event) => changeRoute(at, { path: event.target.value })}
              pattern="/.*"
              maxLength={200}
              required
              data-testid="route-limit-path"
            />
            <select
              className="input"
              aria-label={t.limitPer}
              value={route.per}
              onChange={(event) => changeRoute(at, { per: event.target.value as Route['per'] })}
            >
              <option value="address">{t.limitPers.address}</option>
              <option value="all">{t.limitPers.all}</option>
            </select>
            <Rate label={route.path} rate={route} onChange={(rate) => changeRoute(at, rate)} />
            <button
              type="button"
              className="button quiet icon"
              aria-label={t.removeLimit(route.path)}
              title={t.removeLimit(route.path)}
              onClick={() => change({ routes: shown.routes.filter((_, index) => index !== at) })}
            >
              <X size={16} aria-hidden="true" />
            </button>
          </div>
        ))}
        {shown.routes.length < maxRoutes && (
          <div>
            <button
              type="button"
              className="button"
              onClick={() => change({ routes: [...shown.routes, { path: '/', perMinute: 600, burst: 100, per: 'address' }] })}
              data-testid="add-limit"
            >
              <Plus size={16} aria-hidden="true" /> {t.addLimit}
            </button>
          </div>
        )}
      </DraftForm>
    </div>
  )
}

interface RateProps {
  readonly label: string
  readonly rate: { readonly perMinute: number; readonly burst: number }
  readonly onChange: (rate: { readonly perMinute?: number; readonly burst?: number }) => void
}

function Rate({ label, rate: { perMinute, burst }, onChange }: RateProps) {
  const field = (name: string, value: number, max: number, set: (value: number) => void) => (
    <label className="field">
      <span className="label">{name}</span>
      <input
        className="input"
        type="number"
        min={1}
        max={max}
        required
        value={Number.isNaN(value) ? '' : value}
        onChange={(event) => set(event.target.valueAsNumber)}
      />
    </label>
  )
  return (
    <fieldset className="row limit-rate">
      <legend className="quiet small">{label}</legend>
      {field(t.perMinute, perMinute, 10_000_000, (value) => onChange({ perMinute: value }))}
      {field(t.atOnce, burst, 1_000_000, (value) => onChange({ burst: value }))}
    </fieldset>
  )
}
