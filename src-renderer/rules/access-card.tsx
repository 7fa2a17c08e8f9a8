import { DraftForm } from '../components/draft-form.tsx'
import { useDraft } from '../components/use-draft.ts'
import { rules as t } from '../messages/page.ts'
import { IpRulesFields } from './ip-rules-fields.tsx'
import { hostAccess } from './rule-stores.ts'

/** Which IP addresses may watch and publish on this host at all. */
export function AccessCard({ admin }: { readonly admin: boolean }) {
  const { kept, draft, setDraft, changed, save } = useDraft(hostAccess, t.ipAddressRulesSaved)
  return (
    <section className="card" aria-label={t.ipAddressRules}>
      <header>
        <h2>{t.ipAddresses}</h2>
      </header>
      {kept && draft ? (
        <DraftForm editable={admin} changed={changed} onSave={save} saveTestId="access-save" testId="access-form">
          {(['play', 'publish'] as const).map((what) => (
            <fieldset className="plain" key={`${what} ${JSON.stringify(kept[what])}`}>
              <legend>{what === 'play' ? t.whoMayWatch : t.whoMayPublish}</legend>
              <IpRulesFields
                rules={draft[what]}
                disabled={!admin}
                onChange={(rules) => setDraft({ ...draft, [what]: rules })}
                testId={`access-${what}`}
              />
            </fieldset>
          ))}
        </DraftForm>
      ) : (
        <div className="card-body">
          <div className="skeleton settings-skeleton" />
        </div>
      )}
    </section>
  )
}
