import { Activity, CircleAlert, TriangleAlert } from 'lucide-react'
import { Link } from 'wouter'
import { health as t } from '../messages/page.ts'
import { useFindings } from './finding-store.ts'
import { titleOf } from './titles.ts'
import './health-chip.css'

const icons = { error: CircleAlert, warning: TriangleAlert, info: Activity } as const

/** How all is, in a word; leads to what is wrong. */
export function HealthChip({ short = false }: { readonly short?: boolean }) {
  const findings = useFindings()
  const [worst] = findings ?? []
  if (findings === undefined) return null
  const severity = worst?.severity ?? 'good'
  const count = findings.filter((each) => each.severity === severity).length
  const words =
    worst === undefined
      ? t.allWell
      : severity === 'error'
        ? t.problems(count)
        : severity === 'warning'
          ? t.warnings(count)
          : t.notices(count)
  const title = worst === undefined ? t.allWell : t.worst(words, titleOf(worst))
  const Icon = icons[worst?.severity ?? 'info']
  return (
    <Link
      href="/health"
      className={`health-chip ${severity}${short ? ' short' : ''}`}
      title={title}
      aria-label={`${t.health}: ${title}`}
      data-testid="health-chip"
      data-severity={severity}
    >
      <Icon size={15} aria-hidden="true" />
      <span className="health-chip-text">{short || worst === undefined ? words : titleOf(worst)}</span>
      {short && worst !== undefined && <span className="health-chip-count">{count}</span>}
    </Link>
  )
}
