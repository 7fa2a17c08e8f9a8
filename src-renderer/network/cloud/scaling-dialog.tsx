import { useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import { TextField } from '../text-field.tsx'
import { t } from './messages.ts'
import { newOrder, nodeOf, OrderFields } from './order-fields.tsx'

export type Scaling = Answer<'GET', '/network/scaling'>
type Mode = 'on' | 'dryRun' | 'off'

/** When machines are ordered and destroyed, and which. */
export function ScalingDialog({
  settings,
  providers,
  onClose,
  keep,
}: {
  readonly settings: Scaling['settings']
  readonly providers: readonly string[]
  readonly onClose: () => void
  readonly keep: (answer: Promise<Scaling>) => Promise<Scaling>
}) {
  const [mode, setMode] = useState<Mode>(!settings.enabled ? 'off' : settings.dryRun ? 'dryRun' : 'on')
  const [figures, setFigures] = useState(() => ({
    floor: String(settings.floor),
    ceiling: String(settings.ceiling),
    upPercent: String(settings.upPercent),
    downPercent: String(settings.downPercent),
    idleHours: String(settings.idleHours),
    atOnce: String(settings.atOnce),
  }))
  const [group, setGroup] = useState(settings.group ?? '')
  const [groups, setGroups] = useState<readonly string[]>([])
  const [draft, setDraft] = useState(() => ({
    ...newOrder(providers.includes(settings.provider) ? settings.provider : (providers[0] ?? '')),
    ...{ size: settings.size, region: settings.regions.join(', '), origin: settings.origin, cache: settings.cache },
    ...(settings.publicUrl === '' ? {} : { publicUrl: settings.publicUrl }),
    ...{ httpPort: String(settings.httpPort), httpsPort: settings.httpsPort === 'off' ? '' : String(settings.httpsPort) },
  }))
  const change = (changes: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...changes }))
  useEffect(() => {
    call('GET', '/network/groups').then(({ items }) => setGroups(items.map(({ name }) => name)), notifyError)
    if (settings.origin !== '') return
    call('GET', '/network/machines/means').then(({ origin }) => setDraft((before) => ({ ...before, origin })), notifyError)
  }, [settings.origin])
  const save = async (): Promise<void> => {
    const numbers = Object.fromEntries(Object.entries(figures).map(([key, text]) => [key, Number(text)])) as Record<
      keyof typeof figures,
      number
    >
    const regions = draft.region.split(',').flatMap((each) => each.trim() || [])
    const { provider, size } = draft
    await keep(
      call('PUT', '/network/scaling', {
        body: {
          ...settings,
          ...numbers,
          ...{ enabled: mode !== 'off', dryRun: mode === 'dryRun', provider, size, regions, group: group || null },
          ...nodeOf(draft),
        },
      }),
    )
    notify(t.scalingSaved)
    onClose()
  }
  const figure = (key: keyof typeof figures, label: string, min: number, max: number, step: number | 'any' = 1) => (
    <TextField
      id={`scaling-${key}`}
      {...{ label, min, max, step, value: figures[key] }}
      type="number"
      required
      onChange={(value) => setFigures((before) => ({ ...before, [key]: value }))}
    />
  )
  return (
    <Dialog title={t.scaling} onClose={onClose} testId="scaling-dialog" dismissible={false}>
      <DialogForm onClose={onClose} onSubmit={save} action={t.saveScaling} testId="scaling-save">
        <div className="field">
          <label htmlFor="scaling-mode">{t.mode}</label>
          <select
            id="scaling-mode"
            className="input"
            value={mode}
            onChange={(event) => setMode(event.target.value as Mode)}
            data-testid="scaling-mode"
          >
            <option value="off">{t.modes.off}</option>
            <option value="dryRun">{t.modes.dryRun}</option>
            <option value="on">{t.modes.on}</option>
          </select>
        </div>
        <div className="cloud-fields">
          {figure('floor', t.floor, 0, 100)}
          {figure('ceiling', t.ceiling, 1, 200)}
          {figure('upPercent', t.upPercent, 20, 95)}
          {figure('downPercent', t.downPercent, 5, 90)}
          {figure('idleHours', t.idleHours, 0.25, 48, 'any')}
          {figure('atOnce', t.atOnce, 1, 10)}
        </div>
        <OrderFields providers={providers} draft={draft} change={change} several />
        <div className="field">
          <label htmlFor="scaling-group">{t.group}</label>
          <select id="scaling-group" className="input" value={group} onChange={(event) => setGroup(event.target.value)}>
            <option value="">{t.noGroup}</option>
            {groups.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </div>
      </DialogForm>
    </Dialog>
  )
}
