import { useIsAdmin, useMayEdit, useTitle } from '../components/page.ts'
import { AccessCard } from './access-card.tsx'
import { AlertsCard } from './alerts-card.tsx'
import { HooksCard } from './hooks-card.tsx'
import { PlaybackKeysCard } from './playback-keys-card.tsx'
import './rules.css'

/** Who may watch and publish, who is told, and when somebody is woken. */
export function RulesPage() {
  useTitle('Rules')
  const editor = useMayEdit()
  const admin = useIsAdmin()
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Rules</h1>
          <p>Who may watch and publish, which programs are notified and asked, and when somebody is alerted.</p>
        </div>
      </header>
      <div className="stack">
        <AlertsCard editor={editor} admin={admin} />
        {admin && <HooksCard />}
        <AccessCard admin={admin} />
        {editor && <PlaybackKeysCard admin={admin} />}
      </div>
    </>
  )
}
