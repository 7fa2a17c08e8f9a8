import type { TemplatePlan } from '../../../src-main/obs/schemas/templates.ts'
import { t } from './messages.ts'

type Entry = TemplatePlan['created'][number]

/** What applying a template changes in OBS, with names. */
export function PlanView({ plan: { created, changed, left, notCarried, onAir } }: { readonly plan: TemplatePlan }) {
  return (
    <section className="obs-plan" aria-label={t.plan} data-testid="obs-plan">
      <h3>{t.plan}</h3>
      {created.length + changed.length === 0 && <p data-testid="obs-plan-nothing">{t.nothing}</p>}
      {onAir && <p className="obs-plan-warning">{t.onAir}</p>}
      <Entries title={t.created(created.length)} entries={created} testId="obs-plan-created" />
      <Entries title={t.changed(changed.length)} entries={changed} testId="obs-plan-changed" />
      <Entries title={t.left(left.length)} entries={left} testId="obs-plan-left" />
      {notCarried.length > 0 && (
        <details open data-testid="obs-plan-lacks">
          <summary>{t.notCarried(notCarried.length)}</summary>
          <ul translate="no">
            {notCarried.map(({ place, reason }) => (
              <li key={`${place} ${reason}`}>
                <b>{place}</b> {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

/** A list that is folded: a template has some hundred entries. */
function Entries({ title, entries, testId }: { readonly title: string; readonly entries: readonly Entry[]; readonly testId: string }) {
  if (entries.length === 0) return null
  return (
    <details data-testid={testId}>
      <summary>{title}</summary>
      <ul>
        {entries.map(({ what, name, in: inside, fields, why }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a scene may have several items of one source
          <li key={index}>
            {t.kinds[what]} <b>{name}</b> {inside !== undefined && t.inside(inside)}
            {(fields !== undefined || why !== undefined) && (
              <span className="quiet small" translate="no">
                {' '}
                {why ?? fields?.join(', ')}
              </span>
            )}
          </li>
        ))}
      </ul>
    </details>
  )
}
