import { useIsAdmin, useMayEdit, useTitle } from '../components/page.ts'
import { rules as t } from '../messages/page.ts'
import { AccessCard } from './access-card.tsx'
import { AlertsCard } from './alerts-card.tsx'
import { AutomationCard } from './automation-card.tsx'
import { HooksCard } from './hooks-card.tsx'
import { PlaybackKeysCard } from './playback-keys-card.tsx'
import './rules.css'

/** Who may watch and publish, who is notified, and when somebody is woken. */
export function RulesPage() {
  useTitle(t.rules)
  const editor = useMayEdit()
  const admin = useIsAdmin()
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t.rules}</h1>
          <p>{t.whoMayWatchAndPublish}</p>
        </div>
      </header>
      <div className="stack">
        <AlertsCard editor={editor} admin={admin} />
        {editor && <AutomationCard />}
        {admin && <HooksCard />}
        <AccessCard admin={admin} />
        {editor && <PlaybackKeysCard admin={admin} />}
      </div>
    </>
  )
}
