import { OctagonAlert, TriangleAlert } from 'lucide-react'
import type { Stream } from '../client/types.ts'

export function Warnings({ stream }: { readonly stream: Stream }) {
  if (stream.warnings.length === 0 && !stream.error) return null
  return (
    <ul className="stack warnings" aria-label="Warnings">
      {stream.error && (
        <li className="advice bad" data-testid="stream-error">
          <OctagonAlert size={16} />
          {stream.error.message}
        </li>
      )}
      {stream.warnings.map((warning) => (
        <li key={warning.code} className="advice" data-testid="stream-warning" data-code={warning.code}>
          <TriangleAlert size={16} />
          {warning.message}
        </li>
      ))}
    </ul>
  )
}
