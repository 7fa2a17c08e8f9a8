import { ChevronDown, Clapperboard, Compass, Copy, Download, FilePlus, LayoutTemplate, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { call } from '../../client/api.ts'
import { confirm } from '../../components/dialog.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import { openGuide } from '../guide/guide-state.ts'
import { t as guide } from '../guide/messages.ts'
import { t } from '../messages.ts'
import { ExportDialog } from '../shows/export-dialog.tsx'
import { ExportObsDialog } from '../shows/export-obs-dialog.tsx'
import { ImportBundle } from '../shows/import-bundle.tsx'
import { t as showTexts } from '../shows/messages.ts'
import { type Listing, listShows, makeEmptyShow, openShow, showName } from '../shows/new-show.ts'
import { replaceShow } from '../shows/replace-show.ts'
import { t as templates } from '../templates/messages.ts'
import { openDialog, useView } from '../view-store.ts'
import { ImportObs } from './import-obs.tsx'

const closeShow = async (): Promise<void> => {
  if (!(await confirm(t.collections.closeTitle, t.collections.closeText, t.collections.close))) return
  await call('POST', '/studio/close', { body: { force: true } }).catch(notifyError)
}

/** Writes the open show to another one, which is not opened. */
const duplicateShow = async (name: string): Promise<void> => {
  try {
    const copy = showName(t.copyName(name), await listShows())
    await call('POST', '/studio/collection/save-as', { body: { name: copy } })
    notify(showTexts.duplicated(copy))
  } catch (error) {
    notifyError(error)
  }
}

/** The open show by name, and a menu: other shows, a new one, import, export, close. */
export function ShowMenu({ name, editor }: { readonly name: string; readonly editor: boolean }) {
  const [open, setOpen] = useState(false)
  const dialog = useView((state) => state.dialog)
  const [shows, setShows] = useState<readonly Listing[]>([])
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!open) return
    listShows().then(setShows, notifyError)
    const close = (event: Event): void => {
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !box.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', close)
    document.addEventListener('keydown', close)
    return () => {
      document.removeEventListener('pointerdown', close)
      document.removeEventListener('keydown', close)
    }
  }, [open])
  if (!editor) return <b className="show-name">{name}</b>
  const choose = (work: () => Promise<unknown>) => () => {
    setOpen(false)
    void work()
  }
  return (
    <div className="menu-box" ref={box}>
      <button type="button" className="button quiet show-name" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="show-menu">
        <b>{name}</b> <ChevronDown size={15} />
      </button>
      {/* Hidden, not gone: the report of an import outlives the menu. */}
      <div className="menu" hidden={!open}>
        {shows
          .filter((each) => !each.open)
          .map((each) => (
            <button key={each.name} type="button" onClick={choose(() => replaceShow((force) => openShow(each.name, force)))}>
              <Clapperboard size={16} /> {t.collections.switchTo(each.name)}
            </button>
          ))}
        {shows.some((each) => !each.open) && <hr />}
        <button type="button" onClick={choose(() => replaceShow(makeEmptyShow))}>
          <FilePlus size={16} /> {t.collections.newShow}
        </button>
        <button
          type="button"
          onClick={() => {
            setOpen(false)
            openGuide()
          }}
          data-testid="menu-guide"
        >
          <Compass size={16} /> {guide.open}
        </button>
        <button
          type="button"
          onClick={() => {
            setOpen(false)
            openDialog('template')
          }}
          data-testid="menu-template"
        >
          <LayoutTemplate size={16} /> {templates.open}
        </button>
        <ImportObs className="" />
        <ImportBundle className="" />
        <hr />
        <button type="button" onClick={choose(() => duplicateShow(name))} data-testid="duplicate-show">
          <Copy size={16} /> {showTexts.duplicate}
        </button>
        <button
          type="button"
          onClick={() => {
            setOpen(false)
            openDialog('export')
          }}
          data-testid="export-menu"
        >
          <Download size={16} /> {showTexts.exportMenu}
        </button>
        <button
          type="button"
          onClick={() => {
            setOpen(false)
            openDialog('exportObs')
          }}
          data-testid="export-obs-menu"
        >
          <Download size={16} /> {showTexts.obsMenu}
        </button>
        <hr />
        <button type="button" onClick={choose(closeShow)} data-testid="close-show">
          <X size={16} /> {t.collections.close}
        </button>
      </div>
      {dialog === 'export' && <ExportDialog name={name} onClose={() => openDialog(null)} />}
      {dialog === 'exportObs' && <ExportObsDialog name={name} onClose={() => openDialog(null)} />}
    </div>
  )
}
