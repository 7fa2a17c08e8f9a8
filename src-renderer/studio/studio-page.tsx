import { useEffect, useState } from 'react'
import { useSearch } from 'wouter'
import { call } from '../client/api.ts'
import { sentencesOf } from '../client/host-error.ts'
import { readChoice, storeChoice } from '../client/stored-choice.ts'
import { loadLater } from '../components/load-later.tsx'
import { openMenusByLongPress } from '../components/long-press.ts'
import { useMayEdit, useTitle } from '../components/page.ts'
import { notifyError } from '../components/toasts.tsx'
import { UploadList } from '../components/uploads/upload-list.tsx'
import { dockPlaces } from './browser-docks/pane-size.ts'
import { CanvasDialog } from './canvas-settings/canvas-dialog.tsx'
import { redoStep, undoStep } from './commands.ts'
import { AddSourceDialog } from './docks/add-source-dialog.tsx'
import { ScenesDock } from './docks/scenes-dock.tsx'
import { SourcesDock } from './docks/sources-dock.tsx'
import { useKinds } from './kinds.ts'
import { useMacroKeys } from './macros/use-macro-keys.ts'
import { t } from './messages.ts'
import { MixerDock } from './mixer/mixer-dock.tsx'
import { LiveButtons } from './outputs/live-buttons.tsx'
import { OutputsDock } from './outputs/outputs-dock.tsx'
import { OverlayKindChoice } from './overlays/overlay-kind-choice.tsx'
import { ProgramView } from './program-view.tsx'
import { PropertiesPanel } from './properties-panel.tsx'
import { Recovery } from './recovery/recovery.tsx'
import { useFollowedShow, useShow } from './show-store.ts'
import { StartState } from './start/start-state.tsx'
import { TopBar } from './top-bar.tsx'
import type { OpenCollection, Preparation } from './types.ts'
import { openDialog, showMultiview, useEdited, useView } from './view-store.ts'
import './parts-editor.css'
import './studio.css'

/** Loaded when it is opened: few evenings start with a new show. */
const TemplateDialog = loadLater(async () => (await import('./templates/template-dialog.tsx')).TemplateDialog)

const Multiview = loadLater(async () => (await import('./multiview/multiview.tsx')).Multiview, { as: 'page' })
const OverlaysDialog = loadLater(async () => (await import('./overlays/overlays-dialog.tsx')).OverlaysDialog)

const AddOverlay = loadLater(async () => (await import('./overlays/add-overlay.tsx')).AddOverlay)

const DockPane = loadLater(async () => (await import('./browser-docks/dock-pane.tsx')).DockPane)
const GuestsPane = loadLater(async () => (await import('./guests/guests-pane.tsx')).GuestsPane)

const GuideDialog = loadLater(async () => (await import('./guide/guide-dialog.tsx')).GuideDialog)

const TransitionsDialog = loadLater(async () => (await import('./transitions/transitions-dialog.tsx')).TransitionsDialog)

const MacrosDialog = loadLater(async () => (await import('./macros/macros-dialog.tsx')).MacrosDialog)

const WindowRulesDialog = loadLater(async () => (await import('./window-rules/window-rules-dialog.tsx')).WindowRulesDialog)

const WindowsDialog = loadLater(async () => (await import('./windows/windows-dialog.tsx')).WindowsDialog)
const AskedByLink = loadLater(async () => (await import('./shows/asked-by-link.tsx')).AskedByLink, { ahead: false })

const TracksDialog = loadLater(async () => (await import('./mixer/tracks-dialog.tsx')).TracksDialog)

/** Ctrl+Z and Ctrl+Shift+Z, unless a text is written: there the browser undoes letters. */
function useHistoryKeys(enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return
      if (
        (event.target as Element).closest(
          'dialog, textarea, input[type="text"], input[type="password"], input[type="number"], .entry-rename',
        )
      )
        return
      const key = event.key.toLowerCase()
      if (key === 'z' && !event.shiftKey) undoStep()
      else if (key === 'y' || (key === 'z' && event.shiftKey)) redoStep()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [enabled])
}

/** The studio: what a creator makes a show with. */
export function StudioPage() {
  useTitle(t.title)
  useFollowedShow()
  const editor = useMayEdit()
  const loaded = useShow((state) => state.loaded)
  const open = useShow((state) => state.open)
  const problem = useShow((state) => state.problem)
  const engine = useShow((state) => state.engine)
  const preparation = useShow((state) => state.preparation)
  const dialog = useView((state) => state.dialog)
  const query = new URLSearchParams(useSearch())
  const isAsked = query.has('collection') || query.has('import')
  useHistoryKeys(editor && open !== null)
  useEffect(() => openMenusByLongPress(), [])
  if (!loaded) return <div className="studio" aria-busy="true" />
  return (
    <div className="studio" data-testid="studio" data-engine={engine}>
      <h1 className="sr-only">{t.title}</h1>
      {problem !== null && (
        <p className="studio-notice bad" role="alert">
          {t.engine.failed}:{' '}
          <span lang="en" translate="no">
            {problem}
          </span>
        </p>
      )}
      {problem === null && open !== null && engine === 'restarting' && (
        <p className="studio-notice" role="status">
          {t.engine.restarting}
        </p>
      )}
      <Recovery editor={editor} />
      {preparation !== null && <PreparationNotice {...preparation} />}
      {open === null ? <StartState editor={editor} /> : <OpenShow open={open} editor={editor} />}
      {editor && <UploadList />}
      {editor && isAsked && <AskedByLink />}
      {editor && dialog === 'guide' && <GuideDialog onClose={() => openDialog(null)} />}
      {editor && dialog === 'template' && <TemplateDialog onClose={() => openDialog(null)} />}
    </div>
  )
}

function OpenShow({ open, editor }: { readonly open: OpenCollection; readonly editor: boolean }) {
  const [newOverlay, setNewOverlay] = useState<string | null>(null)
  const overlay = useView((state) => state.overlay)
  const projected = useView((state) => state.window)
  const program = useShow((state) => state.program)
  const dialog = useView((state) => state.dialog)
  const multiview = useView((state) => state.multiview)
  const docks = useView((state) => state.docks) && editor
  const [place, setPlace] = useState(() => readChoice('studio.docksPlace', dockPlaces))
  const showsGuests = useView((state) => state.pane === 'guests')
  const edited = useEdited()
  useMacroKeys(editor)
  // Read before a dialog asks for them.
  useKinds('source-kinds')
  if (program === null || edited === undefined) return null
  const { canvas, scene } = edited
  const document = open.collection
  const pane = docks && (
    <DockPane
      key={place}
      place={place}
      onPlace={(next) => {
        setPlace(next)
        storeChoice('studio.docksPlace', next)
      }}
    />
  )
  return (
    <>
      <TopBar open={open} program={program} editor={editor} canvas={canvas.id}>
        <LiveButtons document={document} program={program} canvas={canvas} editor={editor} />
      </TopBar>
      <FileNotices open={open} editor={editor} />
      {multiview ? (
        <Multiview document={document} program={program} canvas={canvas} editor={editor} onClose={() => showMultiview(false)} />
      ) : (
        <>
          <div className="studio-stage">
            <ProgramView document={document} program={program} edited={edited} editor={editor} />
            {place === 'right' && pane}
            <PropertiesPanel document={document} scene={scene} canvas={canvas} editor={editor} />
          </div>
          {place === 'bottom' && pane}
          <div className="docks">
            <ScenesDock document={document} program={program} canvas={canvas.id} scene={scene.id} editor={editor} />
            <SourcesDock document={document} scene={scene} editor={editor} onAdd={() => openDialog('addSource')} />
            <MixerDock document={document} program={program} editor={editor} onAdd={() => openDialog('addAudio')} />
            <OutputsDock document={document} canvas={canvas} editor={editor} />
          </div>
        </>
      )}
      {editor && dialog === 'canvas' && <CanvasDialog document={document} canvas={canvas} onClose={() => openDialog(null)} />}
      {editor && dialog === 'macros' && <MacrosDialog document={document} onClose={() => openDialog(null)} />}
      {editor && dialog === 'windows' && <WindowRulesDialog document={document} scene={scene} onClose={() => openDialog(null)} />}
      {editor && dialog === 'tracks' && <TracksDialog document={document} onClose={() => openDialog(null)} />}
      {dialog === 'projectors' && (
        <WindowsDialog document={document} editor={editor} first={projected ?? `program:${canvas.id}`} onClose={() => openDialog(null)} />
      )}
      {editor && dialog === 'transitions' && <TransitionsDialog document={document} onClose={() => openDialog(null)} />}
      {editor && dialog === 'overlays' && (
        <OverlaysDialog document={document} scene={scene} canvas={canvas} first={overlay} onClose={() => openDialog(null)} />
      )}
      {newOverlay !== null && (
        <AddOverlay
          kind={newOverlay}
          document={document}
          scene={scene}
          canvas={canvas}
          onClose={() => setNewOverlay(null)}
          onBack={() => {
            setNewOverlay(null)
            openDialog('addSource')
          }}
        />
      )}
      {showsGuests && <GuestsPane document={document} editor={editor} />}
      {editor && (dialog === 'addSource' || dialog === 'addAudio') && (
        <AddSourceDialog
          document={document}
          scene={scene}
          canvas={canvas}
          audioOnly={dialog === 'addAudio'}
          overlays={
            <OverlayKindChoice
              onChoose={(kind) => {
                openDialog(null)
                setNewOverlay(kind)
              }}
            />
          }
          onClose={() => openDialog(null)}
        />
      )}
    </>
  )
}

/** What is wrong with the file of the show, and what can be done. */
function FileNotices({ open, editor }: { readonly open: OpenCollection; readonly editor: boolean }) {
  const resolve = (keep: 'mine' | 'disk') => () => void call('POST', '/studio/collection/resolve', { body: { keep } }).catch(notifyError)
  return (
    <>
      {open.conflict && (
        <p className="studio-notice bad" role="alert">
          {t.collections.conflict}
          {editor && (
            <>
              <button type="button" className="button" onClick={resolve('mine')}>
                {t.collections.keepMine}
              </button>
              <button type="button" className="button" onClick={resolve('disk')}>
                {t.collections.takeDisk}
              </button>
            </>
          )}
        </p>
      )}
      {open.error !== null && !open.conflict && (
        <p className="studio-notice bad" role="alert">
          {t.collections.notSaved} {sentencesOf(open.error)}
        </p>
      )}
      {open.lostSecrets.length > 0 && <p className="studio-notice">{t.collections.lostSecrets(open.lostSecrets.length)}</p>}
    </>
  )
}

/** What a first start still compiles: everything but the studio works meanwhile. */
function PreparationNotice({ done, total }: Preparation) {
  return (
    <div className="studio-notice" role="status">
      {t.engine.preparing}
      <progress aria-label={t.engine.preparingLabel} value={done} max={total} />
      {t.engine.prepared(done, total)}
    </div>
  )
}
