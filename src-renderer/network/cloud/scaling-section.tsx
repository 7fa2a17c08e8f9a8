import { SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'
import { Resource, useResource } from '../../client/resource.ts'
import { locale } from '../../messages/language.ts'
import { decimal } from '../../messages/numbers.ts'
import { t } from './messages.ts'
import { type Scaling, ScalingDialog } from './scaling-dialog.tsx'

const scaling = new Resource({ path: () => '/network/scaling' as const, updated: ['network.scaling.updated'] })
const shownDecisions = 20

/** How many machines there are by load: what it does now, and what was decided why. */
export function ScalingSection({ providers }: { readonly providers: readonly string[] }) {
  const state = useResource(scaling)
  const [isOpen, setOpen] = useState(false)
  if (state === undefined) return null
  const { settings, nodes, waiting, loadPercent, decisions } = state
  const mode = !settings.enabled ? 'off' : settings.dryRun ? 'dryRun' : 'on'
  return (
    <div className="stack" data-testid="scaling" data-mode={mode}>
      <div className="network-section-head">
        <h3>
          {t.scaling} <span className={`chip ${mode === 'on' ? 'good' : 'pending'}`}>{t.scalingStates[mode]}</span>
        </h3>
        <button type="button" className="button" onClick={() => setOpen(true)} data-testid="change-scaling">
          <SlidersHorizontal size={16} aria-hidden="true" /> {t.changeScaling}
        </button>
      </div>
      <p className="quiet small">
        {t.scalingText(settings.upPercent, decimal(settings.idleHours, 2, 0))}
        {mode !== 'off' && ` ${t.scalingNow(nodes, loadPercent, waiting)}`}
      </p>
      {mode !== 'off' && (
        <>
          <h4>{t.decisions}</h4>
          {decisions.length === 0 && <p className="quiet">{t.noDecisions}</p>}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
          <ol className="cloud-decisions" tabIndex={0} aria-label={t.decisions}>
            {decisions.slice(0, shownDecisions).map((decision) => (
              <DecisionLine key={`${decision.at} ${decision.why}`} decision={decision} />
            ))}
          </ol>
        </>
      )}
      {isOpen && (
        <ScalingDialog
          settings={settings}
          providers={providers}
          onClose={() => setOpen(false)}
          keep={(answer) => scaling.keep('only', answer)}
        />
      )}
    </div>
  )
}

function DecisionLine({
  decision: { at, action, why, count, machine, nodes, loadPercent, dryRun, error },
}: {
  readonly decision: Scaling['decisions'][number]
}) {
  const what = action === 'add' ? t.actions.add(count) : action === 'remove' ? t.actions.remove(machine ?? '') : t.actions.none
  return (
    <li data-testid="scaling-decision" data-action={action} data-why={why}>
      <time dateTime={at} className="quiet">
        {new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short' }).format(new Date(at))}
      </time>
      <span>
        <strong>{what}</strong>: {t.reasons[why]}
      </span>
      <span className="quiet">{t.decisionFigures(nodes, loadPercent)}</span>
      {dryRun && <span className="chip pending">{t.dryRunMark}</span>}
      {error !== null && (
        <span className="cloud-error" translate="no">
          {error.message}
        </span>
      )}
    </li>
  )
}
