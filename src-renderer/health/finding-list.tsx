import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import { Link } from 'wouter'
import { call } from '../client/api.ts'
import { formatBitrate } from '../client/format.ts'
import { useMayEdit } from '../components/page.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { locale } from '../messages/language.ts'
import { decimal } from '../messages/numbers.ts'
import { health } from '../messages/page.ts'
import { explainFinding } from './explain-finding.ts'
import type { Finding } from './finding-store.ts'
import { t } from './messages.ts'
import { titleOf } from './titles.ts'

const icons = { error: CircleAlert, warning: TriangleAlert, info: Info } as const
const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })

/** What is wrong, each with its cause, its remedy and what applies it. */
export function FindingList({ findings }: { readonly findings: readonly Finding[] }) {
  const editor = useMayEdit()
  if (findings.length === 0) {
    return (
      <div className="card finding well" data-testid="all-well">
        <CircleCheck size={20} aria-hidden="true" />
        <div>
          <h3>{health.allWell}</h3>
          <p className="quiet">{t.allWellText}</p>
        </div>
      </div>
    )
  }
  return (
    <ul className="stack findings" data-testid="findings">
      {findings.map((finding) => (
        <li key={finding.id}>
          <FindingCard finding={finding} editor={editor} />
        </li>
      ))}
    </ul>
  )
}

function FindingCard({ finding, editor }: { readonly finding: Finding; readonly editor: boolean }) {
  const { code, severity, since, passing, params } = finding
  const Icon = icons[severity]
  const { cause, remedy } = explainFinding(finding)
  const title = titleOf(finding)
  const time = clock.format(new Date(since))
  return (
    <article className={`card finding ${severity}`} data-testid="finding" data-code={code} data-severity={severity}>
      <Icon size={20} aria-hidden="true" />
      <div className="finding-text">
        <h3>
          <span className="sr-only">{t.severities[severity]}: </span>
          {title}
        </h3>
        <p>{cause}</p>
        <p className="remedy">
          <b>{t.remedy}:</b> {remedy}
        </p>
        <p className="quiet small">
          <time dateTime={since}>{passing ? t.at(time) : t.since(time)}</time>
          {Number(params.times) > 1 && ` · ${t.times(decimal(Number(params.times), 0))}`}
        </p>
      </div>
      <Actions finding={finding} editor={editor} title={title} />
    </article>
  )
}

function Actions({ finding, editor, title }: { readonly finding: Finding; readonly editor: boolean; readonly title: string }) {
  const apply = fixText(finding)
  const place = placeOf(finding)
  return (
    <div className="finding-actions">
      {editor && apply !== undefined && (
        <button type="button" className="button primary" onClick={() => void applyFix(finding)} data-testid="apply-fix">
          {apply}
        </button>
      )}
      {place !== undefined && (
        <Link href={place.href} className="button" data-testid="finding-place">
          {place.text}
        </Link>
      )}
      {editor && finding.passing && (
        <button
          type="button"
          className="button"
          aria-label={t.dismissNamed(title)}
          onClick={() => void call('POST', '/health/findings/dismiss', { body: { id: finding.id } }).catch(notifyError)}
          data-testid="dismiss-finding"
        >
          {t.dismiss}
        </button>
      )}
    </div>
  )
}

/** What the button says that remedies it; undefined where nothing does. */
function fixText({ code, fixes, params }: Finding): string | undefined {
  if (fixes.length === 0) return undefined
  switch (code) {
    case 'encoder.behind':
      return params.faster === '' ? t.atHeight(String(params.height)) : t.withPreset(String(params.faster))
    case 'upload.too_small':
      return t.lowerTo(formatBitrate(Number(params.advised)))
    case 'audio.clipping':
      return t.lowerFader(decimal(Number(params.gainDb), 1, 0))
    default:
      return undefined
  }
}

/** Changes the open collection: one step, which undo takes back. */
async function applyFix({ fixes }: Finding): Promise<void> {
  try {
    await call('POST', '/studio/edits', { body: { edits: fixes.map(({ at, changes }) => ({ do: 'change' as const, at, changes })) } })
    notify(t.changed, () => void call('POST', '/studio/undo', { body: {} }).catch(notifyError))
  } catch (error) {
    notifyError(error)
  }
}

/** Where it can be looked at. */
function placeOf({ code, about, params }: Finding): { readonly href: string; readonly text: string } | undefined {
  switch (about?.kind) {
    case 'source':
    case 'output':
    case 'track':
      return { href: '/studio', text: t.openStudio }
    case 'stream':
      return { href: `/live/${about.id}`, text: t.openStream }
    case 'destination':
      return { href: `/live/${String(params.stream)}/destinations`, text: t.openDestinations }
    case 'disk':
      return { href: '/library', text: t.openLibrary }
    case 'process':
      return { href: '/log', text: t.openLog }
    default:
      return code === 'render.overload' ? { href: '/studio', text: t.openStudio } : undefined
  }
}
