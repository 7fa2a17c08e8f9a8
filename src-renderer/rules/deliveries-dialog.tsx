import { RotateCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import { call } from '../client/api.ts'
import type { Hook, HookDelivery, Page } from '../client/types.ts'
import { Dialog } from '../components/dialog.tsx'
import { Ago } from '../components/time.tsx'
import { tellError } from '../components/toasts.tsx'

/** What a hook was told of late, and how that went. */
export function DeliveriesDialog({ hook, onClose }: { readonly hook: Hook; readonly onClose: () => void }) {
  const [items, setItems] = useState<readonly HookDelivery[] | null>(null)
  useEffect(() => {
    const read = () => {
      call<Page<HookDelivery>>('GET', `/live/hooks/${hook.id}/deliveries`).then((page) => setItems(page.items), tellError)
    }
    read()
    const timer = setInterval(read, 2000)
    return () => clearInterval(timer)
  }, [hook.id])
  return (
    <Dialog title={`Deliveries to ${hook.label}`} onClose={onClose} testId="deliveries-dialog">
      {items?.length === 0 && <p className="quiet">Nothing was sent since the host started.</p>}
      {items && items.length > 0 && (
        <div className="table-wrap">
          <table>
            <thead>
              <tr>
                <th>Event</th>
                <th>When</th>
                <th>Answer</th>
                <th>
                  <span className="sr-only">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.id} data-testid="delivery-row" data-state={item.state}>
                  <td>{item.event}</td>
                  <td>
                    <Ago iso={item.time} />
                  </td>
                  <td className="small">
                    {item.state === 'delivered'
                      ? `${item.status} in ${item.durationMs} ms`
                      : `${item.state}: ${item.error ?? item.status ?? ''}`}
                    {item.attempts > 1 && ` (${item.attempts} tries)`}
                  </td>
                  <td className="end">
                    <button
                      type="button"
                      className="button quiet icon"
                      title="Send again"
                      aria-label="Send again"
                      onClick={() => void call('POST', `/live/hooks/${hook.id}/deliveries/${item.id}/again`).catch(tellError)}
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
          Close
        </button>
      </div>
    </Dialog>
  )
}
