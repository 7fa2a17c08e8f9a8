import { Link } from 'wouter'
import { useMayEdit, useTitle } from '../../components/page.ts'
import { useFollowedShow, useShow } from '../show-store.ts'
import { useEdited } from '../view-store.ts'
import { t } from './messages.ts'
import { Multiview } from './multiview.tsx'
import '../studio.css'

/** The multiview as a page of its own, for a second screen: `/studio?multiview`. */
export function MultiviewWindow() {
  useTitle(t.title)
  useFollowedShow()
  const editor = useMayEdit()
  const loaded = useShow((state) => state.loaded)
  const open = useShow((state) => state.open)
  const program = useShow((state) => state.program)
  const edited = useEdited()
  return (
    <main className="studio multiview-window" aria-busy={!loaded}>
      <h1 className="sr-only">{t.title}</h1>
      {open !== null && program !== null && edited !== undefined ? (
        <Multiview document={open.collection} program={program} canvas={edited.canvas} editor={editor} />
      ) : (
        loaded && (
          <div className="card empty multiview-nothing">
            <p>{t.nothing}</p>
            <Link href="/studio" className="button primary">
              {t.toStudio}
            </Link>
          </div>
        )
      )}
    </main>
  )
}
