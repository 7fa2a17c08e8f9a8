import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, Copy, Plus, Trash2 } from 'lucide-react'
import { type CSSProperties, useState } from 'react'
import { ContextMenu, opensMenu } from '../../components/context-menu.tsx'
import { moveInList } from '../../components/list-keys.ts'
import { pasteItems, useClipboard } from '../canvas/clipboard.ts'
import { addScene, chooseScene, duplicateScene, moveTo, removeScenes, tryEdit } from '../commands.ts'
import { t } from '../messages.ts'
import { addMacro } from '../new-macro.ts'
import { freeName } from '../places.ts'
import { change } from '../show-store.ts'
import type { Collection, ProgramState, Scene } from '../types.ts'
import { openDialog, openProjector, select } from '../view-store.ts'
import { Dock } from './dock.tsx'
import { NameField } from './name-field.tsx'
import { rangeOf } from './range.ts'
import { foldersOf, type SceneRow, sceneRows } from './scene-folders.ts'
import { matches, SearchField, searchFrom } from './search-field.tsx'
import { Tool } from './tool.tsx'
import { useDragOrder } from './use-drag-order.ts'

interface ScenesDockProps {
  readonly document: Collection
  readonly program: ProgramState
  /** Id of the canvas that is edited. */
  readonly canvas: string
  /** Id of the scene that is edited. */
  readonly scene: string
  readonly editor: boolean
}

/** Colours that scenes are marked with: distinguishable in both themes. */
const sceneColors = [
  ['#e5484d', 'red'],
  ['#f0b429', 'yellow'],
  ['#30a46c', 'green'],
  ['#3e8bff', 'blue'],
  ['#9a6bff', 'violet'],
] as const

/** The scenes: a click puts one on air, in studio mode into the preview. */
export function ScenesDock({ document, program, canvas, scene, editor }: ScenesDockProps) {
  const [renaming, setRenaming] = useState<string | null>(null)
  const [menu, setMenu] = useState<{ readonly x: number; readonly y: number; readonly scene: string } | null>(null)
  const [search, setSearch] = useState('')
  /** Ids of scenes that an action on several is for: what is on air stays there. */
  const [marked, setMarked] = useState<readonly string[]>([])
  /** Names of the folders that are closed on this page. */
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [renamingFolder, setRenamingFolder] = useState<string | null>(null)
  const copied = useClipboard((state) => state.items)
  const { scenes } = document
  const at = scenes.findIndex(({ id }) => id === scene)
  const current = scenes[at]
  const drag = useDragOrder(editor, (from, gap) => {
    const moved = scenes[from]
    if (moved !== undefined) moveTo(`scenes/${moved.id}`, gap > from ? gap - 1 : gap)
  })
  const toggle = (folder: string): void => {
    const next = new Set(closed)
    if (!next.delete(folder)) next.add(folder)
    setClosed(next)
  }
  const put = (into: readonly Scene[], changes: { readonly folder: string | null } | { readonly color: string | null }): void =>
    void tryEdit(into.map(({ id }) => ({ do: 'change', at: `scenes/${id}`, changes })))
  const newFolder = (into: readonly Scene[]): void => {
    const name = freeName(
      t.scenes.newFolder,
      foldersOf(scenes).map((each) => ({ name: each })),
    )
    put(into, { folder: name })
    setRenamingFolder(name)
  }
  const onAir = new Set(program.canvases.map((each) => each.program))
  const prepared = new Set(program.studioMode ? program.canvases.map((each) => each.preview) : [])
  const of = (id: string): readonly Scene[] => scenes.filter((each) => (marked.includes(id) ? marked.includes(each.id) : each.id === id))
  const mark = (id: string, range: boolean): void => {
    if (range)
      setMarked(
        rangeOf(
          scenes.map((each) => each.id),
          marked.length > 0 ? marked : [scene],
          id,
        ),
      )
    else setMarked(marked.includes(id) ? marked.filter((each) => each !== id) : [...marked, id])
  }
  const remove = (gone: readonly Scene[]): void => {
    setMarked([])
    void removeScenes(gone)
  }
  const choose = (each: Scene, now = false): void => {
    select([])
    setMarked([])
    if (editor) chooseScene(each.id, program, now)
  }
  const add = async (): Promise<void> => {
    const id = await addScene(document, canvas)
    if (id === undefined) return
    chooseScene(id, program)
    setRenaming(id)
  }
  const entriesOf = (id: string) => {
    const found = scenes.find((each) => each.id === id)
    const all = of(id)
    if (found === undefined) return []
    return [
      [
        { label: t.scenes.rename, act: () => setRenaming(id), keys: 'F2' },
        { label: t.scenes.duplicate, act: () => void duplicateScene(found, document), keys: 'Ctrl+D' },
        { label: t.scenes.pasteItems, act: () => void pasteItems(id, document), disabled: copied === null },
      ],
      [
        {
          label: t.scenes.hotkey,
          act: () => void addMacro({ name: t.scenes.switchTo(found.name), actions: [{ do: 'switch', scene: id }] }, document),
        },
        { label: t.scenes.followWindow, act: () => openDialog('windows') },
        { label: t.scenes.ownTransition, act: () => openDialog('transitions') },
        { label: t.scenes.projector, act: () => openProjector(`scene:${id}`) },
      ],
      [
        ...sceneColors.map(([color, name]) => ({ label: t.scenes.colorNames[name], act: () => put(all, { color }), swatch: color })),
        { label: t.scenes.noColor, act: () => put(all, { color: null }), disabled: all.every(({ color }) => color === undefined) },
      ],
      [
        ...foldersOf(scenes)
          .filter((folder) => folder !== found.folder)
          .map((folder) => ({ label: t.scenes.intoFolder(folder), act: () => put(all, { folder }) })),
        { label: t.scenes.intoNewFolder, act: () => newFolder(all) },
        { label: t.scenes.outOfFolder, act: () => put(all, { folder: null }), disabled: found.folder === undefined },
      ],
      [
        { label: t.moveUp, act: () => moveTo(`scenes/${id}`, scenes.indexOf(found) - 1), disabled: scenes[0] === found },
        { label: t.moveDown, act: () => moveTo(`scenes/${id}`, scenes.indexOf(found) + 1), disabled: scenes.at(-1) === found },
      ],
      [
        {
          label: all.length > 1 ? t.scenes.removeMany(all.length) : t.scenes.remove,
          act: () => remove(all),
          disabled: all.length >= scenes.length,
          keys: 'Delete',
        },
      ],
    ]
  }
  const folderHead = ({ folder, count, closed: isClosed }: Extract<SceneRow, { folder: string }>) => (
    <li key={`folder ${folder}`} className="entry folder" data-testid="scene-folder">
      <button
        type="button"
        className="entry-main"
        data-item
        aria-expanded={!isClosed}
        onClick={() => toggle(folder)}
        onDoubleClick={() => editor && setRenamingFolder(folder)}
        onKeyDown={(event) => {
          if (event.key !== 'F2' || !editor) return
          event.preventDefault()
          setRenamingFolder(folder)
        }}
      >
        {isClosed ? <ChevronRight size={15} /> : <ChevronDown size={15} />}
        <NameField
          name={folder}
          label={t.renameOf(folder)}
          editing={renamingFolder === folder}
          onDone={(name) => {
            setRenamingFolder(null)
            if (name !== null)
              put(
                scenes.filter((each) => each.folder === folder),
                { folder: name.slice(0, 60) },
              )
          }}
        />
        <span className="quiet small">{count}</span>
      </button>
    </li>
  )
  return (
    <Dock
      title={t.scenes.title}
      aside={
        scenes.length >= searchFrom && <SearchField value={search} label={t.scenes.search} onChange={setSearch} testId="search-scenes" />
      }
      testId="scenes-dock"
      tools={
        editor && (
          <>
            <Tool Icon={Plus} label={t.scenes.add} onClick={() => void add()} testId="add-scene" />
            <Tool
              Icon={Copy}
              label={t.scenes.duplicate}
              disabled={current === undefined}
              onClick={() => current && void duplicateScene(current, document)}
              testId="duplicate-scene"
            />
            <Tool
              Icon={Trash2}
              label={t.scenes.remove}
              disabled={current === undefined || scenes.length < 2}
              onClick={() => current && remove(marked.length > 0 ? scenes.filter(({ id }) => marked.includes(id)) : [current])}
              testId="delete-scene"
            />
            <span className="spacer" />
            <Tool Icon={ArrowUp} label={t.moveUp} disabled={at <= 0} onClick={() => moveTo(`scenes/${scene}`, at - 1)} />
            <Tool
              Icon={ArrowDown}
              label={t.moveDown}
              disabled={at < 0 || at >= scenes.length - 1}
              onClick={() => moveTo(`scenes/${scene}`, at + 1)}
            />
          </>
        )
      }
    >
      <ul className="entries" onKeyDown={moveInList}>
        {sceneRows(scenes, search === '' ? closed : new Set()).map((row) => {
          if ('folder' in row) return search === '' && folderHead(row)
          const { scene: each, index } = row
          return (
            matches(search, each.name) && (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the button inside takes the keys
              <li
                key={each.id}
                className="entry"
                data-testid="scene"
                data-scene={each.id}
                data-current={each.id === scene}
                data-on-air={onAir.has(each.id)}
                data-prepared={prepared.has(each.id)}
                data-marked={marked.includes(each.id)}
                data-folder={each.folder}
                style={each.color === undefined ? undefined : ({ '--mark': each.color } as CSSProperties)}
                onClick={(event) =>
                  editor && (event.ctrlKey || event.metaKey || event.shiftKey) ? mark(each.id, event.shiftKey) : choose(each)
                }
                onContextMenu={(event) => {
                  if (!editor || (event.target as Element).closest('input') !== null) return
                  event.preventDefault()
                  setMenu({ x: event.clientX, y: event.clientY, scene: each.id })
                }}
                onDoubleClick={() => (program.studioMode ? choose(each, true) : editor && setRenaming(each.id))}
                {...drag.entry(index, each.folder)}
              >
                <button
                  type="button"
                  className="entry-main"
                  data-item
                  aria-current={each.id === scene}
                  aria-keyshortcuts="F2 Delete Alt+ArrowUp Alt+ArrowDown Control+D Control+Space Shift+F10"
                  onKeyDown={(event) => {
                    if (!editor) return
                    if (event.key === 'F2') setRenaming(each.id)
                    else if (event.key === 'Delete' && scenes.length > 1) remove(of(each.id))
                    else if (event.altKey && event.key === 'ArrowUp' && index > 0) moveTo(`scenes/${each.id}`, index - 1)
                    else if (event.altKey && event.key === 'ArrowDown' && index < scenes.length - 1) moveTo(`scenes/${each.id}`, index + 1)
                    else if (event.key === ' ' && (event.ctrlKey || event.shiftKey)) mark(each.id, event.shiftKey)
                    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'd') void duplicateScene(each, document)
                    else if (opensMenu(event)) {
                      const { left, bottom } = event.currentTarget.getBoundingClientRect()
                      setMenu({ x: left + 20, y: bottom, scene: each.id })
                    } else return
                    event.preventDefault()
                    event.stopPropagation()
                  }}
                >
                  <NameField
                    name={each.name}
                    label={t.renameOf(each.name)}
                    editing={renaming === each.id}
                    onDone={(name) => {
                      setRenaming(null)
                      if (name !== null) change(`scenes/${each.id}`, { name })
                    }}
                  />
                </button>
                {onAir.has(each.id) ? (
                  <span className="tally on-air">{t.scenes.onAir}</span>
                ) : (
                  prepared.has(each.id) && <span className="tally prepared">{t.scenes.prepared}</span>
                )}
              </li>
            )
          )
        })}
      </ul>
      {menu !== null && (
        <ContextMenu at={menu} label={t.scenes.menu} groups={entriesOf(menu.scene)} onClose={() => setMenu(null)} testId="scene-menu" />
      )}
    </Dock>
  )
}
