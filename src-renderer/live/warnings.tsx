import { OctagonAlert, TriangleAlert } from 'lucide-react'
import { Link } from 'wouter'
import { inLanguage } from '../client/host-error.ts'
import type { Stream } from '../client/types.ts'
import { live as t } from '../messages/page.ts'
import { warningWords } from './warning-words.ts'

export function Warnings({ stream }: { readonly stream: Stream }) {
  if (stream.warnings.length === 0 && !stream.error) return null
  return (
    <ul className="stack warnings" aria-label={t.warnings}>
      {stream.error && (
        <li className="advice bad" data-testid="stream-error">
          <OctagonAlert size={16} />
          {inLanguage(stream.error).message}
        </li>
      )}
      {stream.warnings.map((warning) => (
        <li key={warning.code} className="advice" data-testid="stream-warning" data-code={warning.code}>
          <TriangleAlert size={16} />
          {warningWords(warning)}
        </li>
      ))}
    </ul>
  )
}

/** The first warning on a line that is there anyway, so that a row of the list never changes its height; the stream's page has them whole. */
export function WarningBrief({ stream }: { readonly stream: Stream }) {
  const [first, ...others] = stream.warnings
  const message = stream.error ? inLanguage(stream.error).message : first && warningWords(first)
  if (message === undefined) return null
  const more = stream.error ? stream.warnings.length : others.length
  return (
    <Link
      href={`/live/${stream.name}`}
      className={stream.error ? 'warning-brief bad' : 'warning-brief'}
      title={message}
      data-testid={stream.error ? 'stream-error' : 'stream-warning'}
      data-code={first?.code}
    >
      {stream.error ? <OctagonAlert size={14} aria-hidden="true" /> : <TriangleAlert size={14} aria-hidden="true" />}
      <span>{message}</span>
      {more > 0 && <b>+{more}</b>}
    </Link>
  )
}
