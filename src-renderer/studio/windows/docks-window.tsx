import { useMayEdit, useTitle } from '../../components/page.ts'
import { DockPane } from '../browser-docks/dock-pane.tsx'
import { t } from './messages.ts'
import '../studio.css'
import './windows.css'

/** The browser docks as a page of their own: `/studio?docks`. */
export function DocksWindow() {
  useTitle(t.docksWindow)
  const editor = useMayEdit()
  return (
    <main className="studio docks-window">
      <h1 className="sr-only">{t.docksWindow}</h1>
      {editor ? <DockPane /> : <p className="card empty">{t.docksRole}</p>}
    </main>
  )
}
