import { type FormEvent, useState } from 'react'
import { call } from '../client/api.ts'
import { Resource, useResource } from '../client/resource.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { t } from './messages.ts'
import { nodes as known, type NodeItem } from './nodes.ts'

const routing = new Resource({ path: () => '/network/routing' as const, updated: ['network.routing.updated'] })

async function act(work: () => Promise<unknown>, done: string): Promise<void> {
  try {
    await work()
    notify(done)
  } catch (error) {
    notifyError(error)
  }
}

/** Whether viewers are sent to nodes, and by which URLs. */
export function RoutingPanel({ nodes }: { readonly nodes: readonly NodeItem[] }) {
  const settings = useResource(routing)
  if (settings === undefined) return null
  const toggle = (): Promise<void> =>
    act(
      () => call('PUT', '/network/routing', { body: { ...settings, enabled: !settings.enabled } }),
      settings.enabled ? t.routingOff : t.routingOn,
    )
  return (
    <section className="card card-body stack" aria-label={t.routing} data-testid="routing-panel">
      <h2>{t.routing}</h2>
      <p className="quiet small">{t.routingText(settings.shiftPercent)}</p>
      <label className="check">
        <input type="checkbox" checked={settings.enabled} onChange={() => void toggle()} data-testid="routing-enabled" />
        <span>{t.routingEnabled}</span>
      </label>
      {nodes.map((node) => (
        <PublicUrl key={node.id} node={node} />
      ))}
    </section>
  )
}

function PublicUrl({ node: { id, name, publicUrl } }: { readonly node: NodeItem }) {
  const [draft, setDraft] = useState<string | null>(null)
  const text = draft ?? publicUrl ?? ''
  const save = (event: FormEvent): void => {
    event.preventDefault()
    void act(async () => {
      await known.keep(call('PATCH', `/network/nodes/${id}`, { body: { publicUrl: text.trim() === '' ? null : text.trim() } }))
      setDraft(null)
    }, t.publicUrlSaved(name))
  }
  return (
    <form className="public-url" onSubmit={save}>
      <label className="field">
        <span>{t.publicUrl(name)}</span>
        <input
          className="input"
          type="url"
          value={text}
          placeholder="https://edge.example.com"
          onChange={(event) => setDraft(event.target.value)}
          data-testid="public-url"
        />
      </label>
      <button type="submit" className="button" disabled={draft === null}>
        {t.publicUrlSave}
      </button>
    </form>
  )
}
