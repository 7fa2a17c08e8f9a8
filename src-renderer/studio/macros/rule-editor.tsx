import { FlaskConical } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { useCollection } from '../../client/collection.ts'
import { NumberField } from '../../components/number-field.tsx'
import { Ago } from '../../components/time.tsx'
import { notifyError } from '../../components/toasts.tsx'
import type { ActionTargets } from './action-fields.ts'
import { t } from './messages.ts'
import { RuleEntries } from './rule-entries.tsx'
import { conditionFields, type RuleField, type RuleSettings, triggerFields } from './rule-fields.ts'
import { firings } from './rule-stores.ts'

interface RuleEditorProps {
  /** Of the rule, `macro:ID` of a macro; undefined for one that is not kept yet: it cannot be tried, and has no log. */
  readonly id: string | undefined
  readonly name: string
  /** Undefined: it never runs by itself. */
  readonly rule: RuleSettings | undefined
  readonly document: ActionTargets
  readonly onChange: (rule: RuleSettings) => void
}

type DryRun = Answer<'POST', '/automation/rules/*/dry-run'>
type Webhook = Answer<'GET', '/automation/webhooks'>['items'][number]

const empty: RuleSettings = { mode: 'off', triggers: [] }

/** When a macro, or a rule of the host, runs by itself: triggers, conditions, cooldown, a dry run and what fired. */
export function RuleEditor({ id, name, rule: kept, document, onChange }: RuleEditorProps) {
  const rule = kept ?? empty
  const [webhooks, setWebhooks] = useState<readonly Webhook[]>([])
  const [url, setUrl] = useState<string>()
  const [tried, setTried] = useState<DryRun>()
  useEffect(() => {
    call('GET', '/automation/webhooks').then(({ items }) => setWebhooks(items), notifyError)
  }, [])
  const set = (changes: Partial<RuleSettings>): void => onChange({ ...rule, ...changes })
  const choices = (field: RuleField) => {
    if (field.as !== 'choice') return []
    const list =
      field.of === 'webhooks' ? webhooks : field.of === 'sources' ? document.sources.filter(({ audio }) => audio) : document[field.of]
    return list.map((each) => ({ value: each.id, label: each.name }))
  }
  const addWebhook = async (): Promise<void> => {
    try {
      const made = await call('POST', '/automation/webhooks', { body: { name: name.trim() === '' ? t.rule : name.trim() } })
      setWebhooks([...webhooks, made.webhook])
      setUrl(made.url)
      set({ triggers: [...rule.triggers, { on: 'webhook', webhook: made.webhook.id }] })
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <fieldset className="field-group" data-testid="rule">
      <legend>{t.rule}</legend>
      <select
        className="input"
        aria-label={t.rule}
        value={rule.mode}
        data-testid="rule-mode"
        onChange={(event) => set({ mode: event.currentTarget.value as RuleSettings['mode'] })}
      >
        {(['off', 'on', 'dry-run'] as const).map((mode) => (
          <option key={mode} value={mode}>
            {t.ruleModes[mode]}
          </option>
        ))}
      </select>
      {kept !== undefined && (
        <>
          <RuleEntries
            title={t.triggers}
            empty={t.noTriggers}
            add={t.addTrigger}
            word="on"
            kinds={triggerFields}
            entries={rule.triggers}
            choices={choices}
            onChange={(triggers) => set({ triggers: triggers as RuleSettings['triggers'] })}
          />
          <div className="row">
            <button type="button" className="button" onClick={() => void addWebhook()} data-testid="add-webhook">
              {t.addWebhook}
            </button>
          </div>
          {url !== undefined && (
            <label>
              <span className="small">{t.webhookUrl}</span>
              <input className="input" readOnly value={url} data-testid="webhook-url" />
            </label>
          )}
          <RuleEntries
            title={t.conditions}
            empty={t.noConditions}
            add={t.addCondition}
            word="is"
            kinds={conditionFields}
            entries={rule.conditions ?? []}
            choices={choices}
            onChange={(conditions) => set({ conditions: conditions as NonNullable<RuleSettings['conditions']> })}
          />
          <div className="action-fields">
            <label htmlFor="rule-cooldown">
              <span className="quiet small">{t.cooldown}</span>
              <NumberField
                id="rule-cooldown"
                name="cooldownMs"
                min={0}
                max={86_400_000}
                integer
                value={rule.cooldownMs ?? 0}
                onChange={(cooldownMs) => set({ cooldownMs })}
              />
            </label>
            <label htmlFor="rule-max-runs">
              <span className="quiet small">{t.maxRuns}</span>
              <NumberField
                id="rule-max-runs"
                name="maxRuns"
                min={0}
                max={1_000_000}
                integer
                value={rule.maxRuns ?? 0}
                onChange={(maxRuns) => set({ maxRuns })}
              />
            </label>
          </div>
          {id !== undefined && (
            <>
              <div className="row">
                <button
                  type="button"
                  className="button"
                  data-testid="dry-run"
                  onClick={() => call('POST', `/automation/rules/${id}/dry-run`).then(setTried, notifyError)}
                >
                  <FlaskConical size={15} /> {t.dryRun}
                </button>
              </div>
              {tried !== undefined && <Tried tried={tried} />}
              <RuleLog rule={id} />
            </>
          )}
        </>
      )}
    </fieldset>
  )
}

/** What a dry run found. */
function Tried({ tried }: { readonly tried: DryRun }) {
  const problems = tried.actions.flatMap(({ action, problem }) =>
    problem === null ? [] : `${t.actionName(action.do as never)}: ${problem}`,
  )
  return (
    <div className="small" role="status" data-testid="dry-run-result">
      <p>{tried.blocked === null ? t.wouldRun(tried.actions.length) : t.wouldNotRun}</p>
      <ul translate="no">
        {[...(tried.blocked === null ? [] : [tried.blocked]), ...problems].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  )
}

/** The newest lines of the log about a rule. */
function RuleLog({ rule }: { readonly rule: string }) {
  const { items } = useCollection(firings)
  const lines = Object.values(items)
    .filter((line) => line.rule === rule)
    .sort((one, other) => (one.time < other.time ? 1 : -1))
    .slice(0, 20)
  return (
    <fieldset className="field-group">
      <legend>{t.log}</legend>
      {lines.length === 0 ? (
        <p className="quiet small">{t.noLog}</p>
      ) : (
        <ul className="small" data-testid="rule-log">
          {lines.map(({ id, time, result, because, detail, count }) => (
            <li key={id} data-result={result}>
              <Ago iso={time} /> {t.results[result]}
              {count > 1 && ` ×${count}`} <span translate="no">{[because, detail].filter((text) => text !== null).join(': ')}</span>
            </li>
          ))}
        </ul>
      )}
    </fieldset>
  )
}
