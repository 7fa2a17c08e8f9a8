import { Disc, Radio, Server, Video } from 'lucide-react'
import { t } from './messages.ts'
import type { Purpose } from './quality.ts'

const purposes = [
  ['stream', Radio],
  ['record', Disc],
  ['both', Video],
  ['host', Server],
] as const

/** The first question of the guide. */
export function PurposeChoice({ onChoose }: { readonly onChoose: (purpose: Purpose) => void }) {
  return (
    <div className="guide-purposes">
      {purposes.map(([purpose, Icon]) => (
        <button key={purpose} type="button" className="guide-purpose" onClick={() => onChoose(purpose)} data-testid={`purpose-${purpose}`}>
          <Icon size={20} aria-hidden="true" />
          <span className="guide-purpose-words">
            <b>{t.purposeTitle(purpose)}</b>
            <span className="quiet small">{t.purposeHelp(purpose)}</span>
          </span>
        </button>
      ))}
    </div>
  )
}
