import { Link2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call, explain } from '../client/api.ts'
import type { SignedUrls, Stream, StreamAccess } from '../client/types.ts'
import { CopyField } from '../components/copy.tsx'
import { DraftForm } from '../components/draft-form.tsx'
import { FormError } from '../components/form-error.tsx'
import { useMayEdit } from '../components/page.ts'
import { useDraft } from '../components/use-draft.ts'
import { live as t } from '../messages/page.ts'
import { IpRulesFields } from '../rules/ip-rules-fields.tsx'
import { streamAccess } from '../rules/rule-stores.ts'
import '../rules/rules.css'

const lifetimes = (): readonly (readonly [number, string])[] => [
  [3600, t.anHour],
  [86_400, t.aDay],
  [7 * 86_400, t.aWeek],
  [365 * 86_400, t.aYear],
]

/** Who may watch this stream, and signed links to it. */
export function AccessPanel({ stream }: { readonly stream: Stream }) {
  const editor = useMayEdit()
  const { kept, draft, setDraft, changed, save } = useDraft(streamAccess, t.whoMayWatchWasSaved, stream.name)
  if (!kept || !draft) return <div className="skeleton stream-skeleton" aria-hidden="true" />
  return (
    <div className="stack">
      <section className="card" aria-label={t.whoMayWatch}>
        <header>
          <h2>{t.whoMayWatch}</h2>
        </header>
        <DraftForm editable={editor} changed={changed} onSave={save} saveTestId="stream-access-save" testId="stream-access">
          <div className="field">
            <label htmlFor="access-mode">{t.urlsOfTheStream}</label>
            <select
              id="access-mode"
              className="input"
              value={draft.mode}
              disabled={!editor}
              onChange={(event) => setDraft({ ...draft, mode: event.target.value as StreamAccess['mode'] })}
              data-testid="access-mode"
            >
              <option value="open">{t.openAnybodyWhoKnowsThem}</option>
              <option value="signed">{t.signedOnlyWithALink}</option>
            </select>
          </div>
          <IpRulesFields
            key={JSON.stringify([kept.allow, kept.deny])}
            rules={draft}
            disabled={!editor}
            onChange={({ allow, deny }) => setDraft({ ...draft, allow, deny })}
            testId="access-watch"
          />
        </DraftForm>
      </section>
      {editor && <SignedLink stream={stream} signed={kept.mode === 'signed'} />}
    </div>
  )
}

function SignedLink({ stream, signed }: { readonly stream: Stream; readonly signed: boolean }) {
  const [seconds, setSeconds] = useState(86_400)
  const [address, setIpAddress] = useState('')
  const [made, setMade] = useState<SignedUrls | null>(null)
  const [rejection, setRejection] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setRejection('')
    try {
      const body = { expiresInS: seconds, ...(address.trim() === '' ? {} : { address: address.trim() }) }
      setMade(await call('POST', `/live/streams/${stream.name}/signed-addresses`, { body }))
    } catch (error) {
      setRejection(explain(error))
    }
  }
  return (
    <section className="card" aria-label={t.signedLink}>
      <header>
        <h2>{t.signedLink}</h2>
      </header>
      <form className="card-body stack" onSubmit={submit}>
        {!signed && <p className="quiet">{t.theStreamIsOpenNow}</p>}
        <div className="two-fields">
          <div className="field">
            <label htmlFor="signed-life">{t.validFor}</label>
            <select id="signed-life" className="input" value={seconds} onChange={(event) => setSeconds(Number(event.target.value))}>
              {lifetimes().map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          </div>
          <div className="field">
            <label htmlFor="signed-address">{t.onlyFromIpAddress}</label>
            <input
              id="signed-address"
              className="input"
              value={address}
              placeholder={t.any}
              onChange={(event) => setIpAddress(event.target.value)}
            />
          </div>
        </div>
        <FormError text={rejection} />
        <div className="row">
          <button type="submit" className="button" data-testid="make-signed-link">
            <Link2 size={16} /> {t.createSignedLink}
          </button>
        </div>
        {made && (
          <>
            <CopyField label={t.watchPage} value={made.watchUrl} testId="signed-watch" />
            <CopyField label={t.hls} value={made.hlsUrl} testId="signed-hls" />
            <CopyField label={t.dash} value={made.dashUrl} />
          </>
        )}
      </form>
    </section>
  )
}
