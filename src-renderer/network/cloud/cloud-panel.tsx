import { CloudCog, Gauge, Plus, Scale, Settings2, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Item } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { Resource, useResource } from '../../client/resource.ts'
import { confirm } from '../../components/dialog.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import { t } from './messages.ts'
import { OrderDialog } from './order-dialog.tsx'
import { priceText } from './price-text.ts'
import { ProviderDialog } from './provider-dialog.tsx'
import { ScalingSection } from './scaling-section.tsx'
import '../fleet/fleet.css'
import './cloud.css'

const machinesOfProviders = new Resource({
  path: () => '/network/cloud-machines' as const,
  updated: ['network.cloud-machines.updated'],
})
/** How many machines a provider has changes with them. */
const providers = new Resource({
  path: () => '/network/providers' as const,
  isStale: ({ topic }) => topic === 'network.cloud-machines.updated' || topic === 'network.providers.updated',
})

type Machine = Item<'/network/cloud-machines'>
type Open = { readonly what: 'provider'; readonly name: string | null } | { readonly what: 'order' } | null

/** Machines that this host orders, and how many by load. */
export function CloudPanel() {
  const shown = useResource(providers)
  const machines = useResource(machinesOfProviders)
  const [open, setOpen] = useState<Open>(null)
  if (shown === undefined || machines === undefined) return null
  const { items } = shown
  const close = (): void => setOpen(null)
  const act = async (work: () => Promise<unknown>, done: string): Promise<void> => {
    try {
      await work()
      notify(done)
    } catch (error) {
      notifyError(error)
    }
  }
  const remove = async (name: string): Promise<void> => {
    if (!(await confirm(t.removeTitle(name), t.removeText, t.removeAction))) return
    await act(() => call('DELETE', `/network/providers/${name}`), t.removed(name))
  }
  const edited = open?.what === 'provider' ? (items.find(({ name }) => name === open.name) ?? null) : null
  return (
    <section className="card card-body stack" aria-label={t.title} data-testid="cloud-panel">
      <div className="network-section-head">
        <h2>{t.title}</h2>
        <div className="row">
          <button type="button" className="button" onClick={() => setOpen({ what: 'provider', name: null })} data-testid="add-provider">
            <Plus size={16} aria-hidden="true" /> {t.add}
          </button>
          {items.length > 0 && (
            <>
              <button type="button" className="button" onClick={() => setOpen({ what: 'order' })} data-testid="order-machine">
                <CloudCog size={16} aria-hidden="true" /> {t.order}
              </button>
              <button
                type="button"
                className="button"
                onClick={() =>
                  void act(() => machinesOfProviders.keep('only', call('POST', '/network/cloud-machines/compare')), t.compared)
                }
                data-testid="compare-machines"
              >
                <Scale size={16} aria-hidden="true" /> {t.compare}
              </button>
            </>
          )}
        </div>
      </div>
      <p className="quiet small">{t.lead}</p>
      {items.length === 0 && <p className="quiet">{t.none}</p>}
      <ul className="fleet-list">
        {items.map(({ name, machines: count, maxMachines, perHour, maxPerHour }) => (
          <li key={name} data-testid="provider" data-provider={name}>
            <strong>{name}</strong>
            <span className="quiet small">{t.use(count, maxMachines, String(Number(perHour.toFixed(4))), String(maxPerHour))}</span>
            <button
              type="button"
              className="button quiet icon"
              aria-label={t.edit(name)}
              title={t.edit(name)}
              onClick={() => setOpen({ what: 'provider', name })}
              data-testid="edit-provider"
            >
              <Settings2 size={16} aria-hidden="true" />
            </button>
            <button
              type="button"
              className="button quiet icon"
              aria-label={t.remove(name)}
              title={t.remove(name)}
              onClick={() => void remove(name)}
              data-testid="delete-provider"
            >
              <Trash2 size={16} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <ul className="fleet-list">
        {machines.items.map((machine) => (
          <MachineLine key={machine.id} machine={machine} act={act} />
        ))}
        {machines.unknown.map(({ provider, providerId, name }) => (
          <li key={`${provider} ${providerId}`} data-testid="unknown-machine">
            <span className="node-warning">{t.unknown(name, provider)}</span>
            <button
              type="button"
              className="button"
              onClick={() =>
                void act(
                  () => call('POST', '/network/cloud-machines/destroy-unknown', { body: { provider, providerId } }),
                  t.states.destroying,
                )
              }
            >
              {t.destroy(name)}
            </button>
          </li>
        ))}
      </ul>
      {items.length > 0 && <ScalingSection providers={items.map(({ name }) => name)} />}
      {open?.what === 'provider' && <ProviderDialog provider={edited} programs={shown.programs} onClose={close} />}
      {open?.what === 'order' && <OrderDialog providers={items.map(({ name }) => name)} onClose={close} />}
    </section>
  )
}

function MachineLine({
  machine: { id, name, size, region, perHour, currency, state, addresses, error },
  act,
}: {
  readonly machine: Machine
  readonly act: (work: () => Promise<unknown>, done: string) => Promise<void>
}) {
  const isEnded = state === 'ended'
  const destroy = async (): Promise<void> => {
    if (!isEnded && !(await confirm(t.destroyTitle(name), t.destroyText, t.destroyAction))) return
    await act(
      () => call('POST', `/network/cloud-machines/${id}/destroy`, { body: { drainS: 30 } }),
      isEnded ? t.compared : t.states.destroying,
    )
  }
  return (
    <li data-testid="cloud-machine" data-state={state}>
      <Gauge size={16} aria-hidden="true" />
      <strong>{name}</strong>
      <span className={`chip ${state === 'ready' ? 'good' : state === 'ended' || state === 'failed' ? 'error' : 'pending'}`}>
        {t.states[state]}
      </span>
      <span className="quiet small">{t.machineText(size, region, priceText(perHour, currency))}</span>
      {addresses.length > 0 && (
        <span className="quiet small" translate="no">
          {addresses[0]}
        </span>
      )}
      {state !== 'draining' && state !== 'destroying' && (
        <button
          type="button"
          className="button quiet icon"
          aria-label={isEnded ? t.dismiss(name) : t.destroy(name)}
          title={isEnded ? t.dismiss(name) : t.destroy(name)}
          onClick={() => void destroy()}
          data-testid="destroy-machine"
        >
          <Trash2 size={16} aria-hidden="true" />
        </button>
      )}
      {error !== null && (
        <p className="cloud-error" translate="no">
          {error.message}
        </p>
      )}
    </li>
  )
}
