import { useState } from 'react'
import type { Item } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notify } from '../../components/toasts.tsx'
import { TextField } from '../text-field.tsx'
import { t } from './messages.ts'

type Provider = Item<'/network/providers'>

/** A provider of machines: how to reach it, and what it may cost. */
export function ProviderDialog({
  provider,
  programs,
  onClose,
}: {
  readonly provider: Provider | null
  readonly programs: readonly string[]
  readonly onClose: () => void
}) {
  const [name, setName] = useState(provider?.name ?? '')
  const [kind, setKind] = useState<Provider['kind']>(provider?.kind ?? 'hetzner')
  const [token, setToken] = useState('')
  const [program, setProgram] = useState(provider?.program ?? programs[0] ?? '')
  const [maxMachines, setMaxMachines] = useState(String(provider?.maxMachines ?? 5))
  const [maxPerHour, setMaxPerHour] = useState(String(provider?.maxPerHour ?? 0.1))
  const save = async (): Promise<void> => {
    const limits = { maxMachines: Number(maxMachines), maxPerHour: Number(maxPerHour) }
    const body =
      kind === 'command'
        ? { kind, program, ...limits }
        : { kind, ...(token === '' ? {} : { token }), ...(provider?.url ? { url: provider.url } : {}), ...limits }
    await call('PUT', `/network/providers/${name}`, { body })
    notify(t.saved(name))
    onClose()
  }
  return (
    <Dialog
      title={provider === null ? t.addTitle : t.editTitle(provider.name)}
      onClose={onClose}
      testId="provider-dialog"
      dismissible={false}
    >
      <DialogForm
        onClose={onClose}
        onSubmit={save}
        action={t.save}
        testId="provider-save"
        disabled={!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name) || (kind === 'command' && program === '')}
      >
        {provider === null && (
          <>
            <TextField id="provider-name" label={t.name} value={name} onChange={setName} hint={t.nameHint} required autoFocus />
            <div className="field">
              <label htmlFor="provider-kind">{t.kind}</label>
              <select
                id="provider-kind"
                className="input"
                value={kind}
                onChange={(event) => setKind(event.target.value as Provider['kind'])}
                data-testid="provider-kind"
              >
                <option value="hetzner">{t.kinds.hetzner}</option>
                <option value="command">{t.kinds.command}</option>
              </select>
            </div>
          </>
        )}
        {kind === 'hetzner' ? (
          <TextField
            id="provider-token"
            label={t.token}
            value={token}
            onChange={setToken}
            type="password"
            hint={provider === null ? t.tokenHint : t.tokenKept}
            required={provider === null}
          />
        ) : programs.length === 0 ? (
          <p className="advice">{t.noPrograms}</p>
        ) : (
          <div className="field">
            <label htmlFor="provider-program">{t.program}</label>
            <select
              id="provider-program"
              className="input"
              value={program}
              onChange={(event) => setProgram(event.target.value)}
              data-testid="provider-program"
            >
              {programs.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </div>
        )}
        <div className="fleet-pair">
          <TextField
            id="provider-machines"
            label={t.maxMachines}
            value={maxMachines}
            onChange={setMaxMachines}
            type="number"
            min={0}
            max={100}
            required
          />
          <TextField
            id="provider-budget"
            label={t.maxPerHour}
            value={maxPerHour}
            onChange={setMaxPerHour}
            type="number"
            min={0}
            max={100_000}
            step="any"
            required
            hint={t.maxPerHourHint}
          />
        </div>
      </DialogForm>
    </Dialog>
  )
}
