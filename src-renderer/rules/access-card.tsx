import { type FormEvent, useEffect, useState } from 'react'
import { call } from '../client/api.ts'
import type { HostAccess } from '../client/types.ts'
import { tell, tellError } from '../components/toasts.tsx'
import { AddressRulesFields } from './address-rules-fields.tsx'

/** Which addresses may watch and publish on this host at all. */
export function AccessCard({ admin }: { readonly admin: boolean }) {
  const [kept, setKept] = useState<HostAccess | null>(null)
  const [draft, setDraft] = useState<HostAccess | null>(null)
  useEffect(() => {
    call<HostAccess>('GET', '/live/access').then((access) => {
      setKept(access)
      setDraft(access)
    }, tellError)
  }, [])

  const save = async (access: HostAccess, before: HostAccess | null) => {
    try {
      const answer = await call<HostAccess>('PUT', '/live/access', { body: access })
      setKept(answer)
      setDraft(answer)
      tell('The address rules were saved', before ? () => void save(before, null) : undefined)
    } catch (error) {
      tellError(error)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (draft) void save(draft, kept)
  }
  return (
    <section className="card" aria-label="Address rules">
      <header>
        <h2>Addresses</h2>
      </header>
      {kept && draft ? (
        <form className="card-body stack" onSubmit={submit} data-testid="access-form">
          {(['play', 'publish'] as const).map((what) => (
            <fieldset className="plain" key={`${what} ${JSON.stringify(kept[what])}`}>
              <legend>{what === 'play' ? 'Who may watch' : 'Who may publish'}</legend>
              <AddressRulesFields
                rules={draft[what]}
                disabled={!admin}
                onChange={(rules) => setDraft((now) => now && { ...now, [what]: rules })}
                testId={`access-${what}`}
              />
            </fieldset>
          ))}
          {admin && (
            <div className="row">
              <button
                type="submit"
                className="button primary"
                disabled={JSON.stringify(kept) === JSON.stringify(draft)}
                data-testid="access-save"
              >
                Save
              </button>
            </div>
          )}
        </form>
      ) : (
        <div className="card-body">
          <div className="skeleton settings-skeleton" />
        </div>
      )}
    </section>
  )
}
