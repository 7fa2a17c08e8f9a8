import { RotateCw } from 'lucide-react'
import { useMemo } from 'react'
import { call } from '../client/api.ts'
import { Collection, useCollection } from '../client/collection.ts'
import type { Hook, HookDelivery } from '../client/types.ts'
import { Dialog } from '../components/dialog.tsx'
import { Ago } from '../components/time.tsx'
import { notifyError } from '../components/toasts.tsx'
import { rules as t } from '../messages/page.ts'

const maxShown = 50

interface DeliveryEvent {
  /** Of the hook. */
  readonly id: string
  readonly delivery: HookDelivery
}

const deliveriesOf = (hook: string) =>
  new Collection({
    path: `/live/hooks/${hook}/deliveries`,
    updated: [],
    changed: {
      'hook.delivery': (items, { data }) => {
        const { id, delivery } = data as DeliveryEvent
        return id === hook ? { ...items, [delivery.id]: delivery } : items
      },
    },
  })

/** What was sent to a hook lately, and what it answered. */
export function DeliveriesDialog({ hook, onClose }: { readonly hook: Hook; readonly onClose: () => void }) {
  const deliveries = useMemo(() => deliveriesOf(hook.id), [hook.id])
  const { loaded, items } = useCollection(deliveries)
  const shown = Object.values(items)
    .sort((a, b) => (a.time < b.time ? 1 : -1))
    .slice(0, maxShown)
  return (
    <Dialog title={t.deliveriesTo(hook.label)} onClose={onClose} testId="deliveries-dialog">
      {loaded && shown.length === 0 && <p className="quiet">{t.nothingWasSentSinceThe}</p>}
      {shown.length > 0 && (
        <div className="table-wrap">
          <table>
            <thead>
              <tr>
                <th>{t.event}</th>
                <th>{t.when}</th>
                <th>{t.answer}</th>
                <th>
                  <span className="sr-only">{t.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((item) => (
                <tr key={item.id} data-testid="delivery-row" data-state={item.state}>
                  <td>{item.event}</td>
                  <td>
                    <Ago iso={item.time} />
                  </td>
                  <td className="small">
                    {item.state === 'delivered'
                      ? t.inMs(item.status ?? '–', item.durationMs ?? 0)
                      : `${t.deliveryStates[item.state]}: ${item.error ?? item.status ?? ''}`}
                    {item.attempts > 1 && t.tries(item.attempts)}
                  </td>
                  <td className="end">
                    <button
                      type="button"
                      className="button quiet icon"
                      title={t.sendAgain}
                      aria-label={t.sendAgain}
                      onClick={() => void call('POST', `/live/hooks/${hook.id}/deliveries/${item.id}/again`).catch(notifyError)}
                    >
                      <RotateCw size={15} />
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {t.close}
        </button>
      </div>
    </Dialog>
  )
}
