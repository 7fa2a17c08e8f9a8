import { useEffect, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { useClient } from '../client/store.ts'
import { Dialog } from '../components/dialog.tsx'
import { useMayEdit } from '../components/page.ts'
import { health, app as t } from '../messages/page.ts'
import { t as docksTexts } from '../studio/browser-docks/messages.ts'
import { t as canvasTexts } from '../studio/canvas-settings/messages.ts'
import { chooseScene, configureProgram, redoStep, runMacro, saveReplay, undoStep } from '../studio/commands.ts'
import { openGuide } from '../studio/guide/guide-state.ts'
import { t as guideTexts } from '../studio/guide/messages.ts'
import { stepWords } from '../studio/history/step-words.ts'
import { t as macroTexts } from '../studio/macros/messages.ts'
import { t as studioTexts } from '../studio/messages.ts'
import { t as multiviewTexts } from '../studio/multiview/messages.ts'
import { t as overlayTexts } from '../studio/overlays/messages.ts'
import { layersOf, nameOf } from '../studio/places.ts'
import { useFollowedShow, useShow } from '../studio/show-store.ts'
import { t as templateTexts } from '../studio/templates/messages.ts'
import { t as transitionTexts } from '../studio/transitions/messages.ts'
import { openDialog, select, showDocks, showItemPanel, showMultiview } from '../studio/view-store.ts'
import { t as windowTexts } from '../studio/window-rules/messages.ts'
import { setTheme, useTheme } from './theme.ts'
import './palette.css'

interface Entry {
  readonly id: string
  readonly text: string
  /** What sort of entry it is, shown beside it. */
  readonly sort: string
  readonly run: () => void
}

const pages = (): readonly (readonly [path: string, text: string])[] => [
  ['/studio', t.studio],
  ['/live', t.live],
  ['/keys', t.keys],
  ['/inputs', t.inputs],
  ['/rules', t.rules],
  ['/obs', t.obs],
  ['/desktops', t.desktops],
  ['/network', t.network],
  ['/library', t.library],
  ['/activity', t.activity],
  ['/health', health.health],
  ['/log', health.log],
  ['/settings', t.settings],
]

/** What the palette finds now. */
function useEntries(): readonly Entry[] {
  const [, navigate] = useLocation()
  const streams = useClient((state) => state.streams)
  const open = useShow((state) => state.open)
  const program = useShow((state) => state.program)
  const editor = useMayEdit()
  return useMemo(() => {
    const entries: Entry[] = pages().map(([path, text]) => ({ id: path, text, sort: t.section, run: () => navigate(path) }))
    for (const { id, name, title } of Object.values(streams)) {
      entries.push({
        id: `stream ${id}`,
        text: title === '' || title === name ? name : `${title} (${name})`,
        sort: t.stream,
        run: () => navigate(`/live/${name}`),
      })
    }
    if (open !== null && program !== null) {
      const { scenes, canvases } = open.collection
      const shown = new Set(program.canvases.flatMap((each) => [each.program, each.preview]))
      for (const scene of scenes) {
        if (editor) {
          entries.push({
            id: `scene ${scene.id}`,
            text: scene.name,
            sort: program.studioMode ? t.prepareScene : t.putSceneOnAir,
            run: () => {
              navigate('/studio')
              chooseScene(scene.id, program)
            },
          })
        }
        // Items of other scenes could not be selected.
        if (!shown.has(scene.id) || scene.canvas !== canvases[0]?.id) continue
        for (const { item } of layersOf(scene)) {
          entries.push({
            id: `item ${item.id}`,
            text: nameOf(item, open.collection),
            sort: t.sourceOf(scene.name),
            run: () => {
              navigate('/studio')
              select([item.id])
              showItemPanel()
            },
          })
        }
      }
      entries.push({
        id: 'multiview',
        text: multiviewTexts.open,
        sort: t.action,
        run: () => {
          navigate('/studio')
          showMultiview(true)
        },
      })
      if (editor) {
        entries.push({ id: 'undo', text: open.undo === null ? t.undo : t.undoStep(stepWords(open.undo)), sort: t.action, run: undoStep })
        entries.push({ id: 'redo', text: open.redo === null ? t.redo : t.redoStep(stepWords(open.redo)), sort: t.action, run: redoStep })
        for (const { id, name, kind } of open.collection.outputs) {
          if (kind !== 'replay') continue
          entries.push({ id: `replay ${id}`, text: studioTexts.outputs.saveReplayOf(name), sort: t.action, run: () => void saveReplay(id) })
        }
        for (const { id, name } of open.collection.macros) {
          entries.push({ id: `macro ${id}`, text: macroTexts.runOf(name), sort: t.action, run: () => void runMacro(id) })
        }
        for (const [dialog, text] of [
          ['canvas', canvasTexts.open],
          ['macros', macroTexts.open],
          ['transitions', transitionTexts.open],
          ['windows', windowTexts.title],
          ['overlays', overlayTexts.open],
        ] as const) {
          entries.push({
            id: dialog,
            text,
            sort: t.action,
            run: () => {
              navigate('/studio')
              openDialog(dialog)
            },
          })
        }
        entries.push({
          id: 'docks',
          text: docksTexts.open,
          sort: t.action,
          run: () => {
            navigate('/studio')
            showMultiview(false)
            showDocks(true)
          },
        })
        entries.push({
          id: 'studio-mode',
          text: program.studioMode ? t.leaveStudioMode : t.studioMode,
          sort: t.action,
          run: () => configureProgram({ studioMode: !program.studioMode }),
        })
      }
    }
    if (editor) {
      entries.push({
        id: 'guide',
        text: guideTexts.open,
        sort: t.action,
        run: () => {
          navigate('/studio')
          openGuide()
        },
      })
      entries.push({
        id: 'template',
        text: templateTexts.open,
        sort: t.action,
        run: () => {
          navigate('/studio')
          openDialog('template')
        },
      })
    }
    entries.push({
      id: 'theme',
      text: t.changeTheTheme,
      sort: t.action,
      run: () => setTheme(useTheme.getState().theme === 'dark' ? 'light' : 'dark'),
    })
    return entries
  }, [streams, open, program, editor, navigate])
}

/** Ctrl+K: finds sections, streams, scenes, sources and actions by a few letters. */
export function Palette() {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'k') return
      if (document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      setOpen(true)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return isOpen ? <PaletteDialog onClose={() => setOpen(false)} /> : null
}

const maxShown = 12

function PaletteDialog({ onClose }: { readonly onClose: () => void }) {
  useFollowedShow()
  const entries = useEntries()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = entries
    .filter((entry) => words.every((word) => `${entry.text} ${entry.sort}`.toLowerCase().includes(word)))
    .slice(0, maxShown)
  const chosen = Math.min(at, found.length - 1)
  const run = (entry: Entry | undefined): void => {
    if (entry === undefined) return
    onClose()
    entry.run()
  }
  return (
    <Dialog title={t.find} onClose={onClose} testId="palette">
      <input
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[chosen] && `palette-${chosen}`}
        aria-label={t.whatToFind}
        placeholder={t.whatToFind}
        value={text}
        data-testid="palette-text"
        onChange={(event) => {
          setText(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0))
          else if (event.key === 'Enter') run(found[chosen])
          else return
          event.preventDefault()
        }}
      />
      {found.length === 0 ? (
        <p className="quiet">{t.nothingFound}</p>
      ) : (
        <div id="palette-list" className="palette-list" role="listbox" aria-label={t.found}>
          {found.map((entry, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field
            <div
              key={entry.id}
              id={`palette-${index}`}
              role="option"
              aria-selected={index === chosen}
              data-testid="palette-entry"
              onPointerMove={() => setAt(index)}
              onClick={() => run(entry)}
            >
              <span>{entry.text}</span>
              <span className="quiet small">{entry.sort}</span>
            </div>
          ))}
        </div>
      )}
    </Dialog>
  )
}
