import { RotateCw } from 'lucide-react'
import { useMemo } from 'react'
import { call } from '../client/api.ts'
import { Collection, useCollection } from '../client/collection.ts'
import type { Hook, HookDelivery } from '../client/types.ts'
import { CloseAction, Dialog } from '../components/dialog.tsx'
import { EntityTable, RowButton } from '../components/entity-table.tsx'
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
        <EntityTable
          items={shown}
          rowTestId="delivery-row"
          stateOf={({ state }) => state}
          columns={[
            { title: t.event, cell: ({ event }) => event },
            { title: t.when, cell: ({ time }) => <Ago iso={time} /> },
            {
              title: t.answer,
              className: 'small',
              cell: (item) => (
                <>
                  {item.state === 'delivered'
                    ? t.inMs(item.status ?? '–', item.durationMs ?? 0)
                    : `${t.deliveryStates[item.state]}: ${item.error ?? item.status ?? ''}`}
                  {item.attempts > 1 && t.tries(item.attempts)}
                </>
              ),
            },
          ]}
          actions={({ id }) => (
            <RowButton
              icon={<RotateCw size={15} />}
              title={t.sendAgain}
              label={t.sendAgain}
              onClick={() => void call('POST', `/live/hooks/${hook.id}/deliveries/${id}/again`).catch(notifyError)}
            />
          )}
        />
      )}
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}
