import { ArrowDown, ArrowUp, Plus, Settings2, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { ContextMenu } from '../../components/context-menu.tsx'
import { moveInList } from '../../components/list-keys.ts'
import { notify } from '../../components/toasts.tsx'
import { carryOut, entryOfKey } from '../canvas/entry-keys.ts'
import { itemEntries } from '../canvas/item-menu.ts'
import { t as canvasTexts } from '../canvas/messages.ts'
import { moveTo, removeItems } from '../commands.ts'
import { t } from '../messages.ts'
import { droppedIndex, layersOf, nameOf, type PlacedItem } from '../places.ts'
import { change, useShow } from '../show-store.ts'
import { iconOfItem } from '../source-icons.ts'
import type { Collection, Scene } from '../types.ts'
import { select, showItemPanel, useView } from '../view-store.ts'
import { Dock } from './dock.tsx'
import { rangeOf, selectableOf } from './range.ts'
import { matches, SearchField, searchFrom } from './search-field.tsx'
import { type EntryActions, SourceEntry } from './source-entry.tsx'
import { Tool } from './tool.tsx'
import { useDragOrder } from './use-drag-order.ts'

interface SourcesDockProps {
  readonly document: Collection
  readonly scene: Scene
  readonly editor: boolean
  readonly onAdd: () => void
}

/** Items of the edited scene, the topmost first. */
export function SourcesDock({ document, scene, editor, onAdd }: SourcesDockProps) {
  const [renaming, setRenaming] = useState<string | null>(null)
  const [menu, setMenu] = useState<{ readonly x: number; readonly y: number } | null>(null)
  const [search, setSearch] = useState('')
  /** Ids of the groups that are closed on this page. */
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const reports = useShow((state) => state.sourceReports)
  const selected = useView((state) => state.selected)
  // A search finds what is in closed groups, too.
  const layers = layersOf(scene, search === '' ? closed : undefined)
  const shown = layers.map((layer, index) => ({ layer, index })).filter(({ layer }) => matches(search, nameOf(layer.item, document)))
  const chosen = layers.filter(({ item }) => selected.includes(item.id))
  const [first] = chosen
  const lengthOf = (list: string): number => layers.filter((each) => each.list === list).length
  // The list shows the topmost first, the document has it last: a gap of the list is one counted from the other end.
  const drag = useDragOrder(editor, (from, gap) => {
    const moved = layers[from]
    if (moved === undefined) return
    const mates = layers.filter(({ list }) => list === moved.list)
    const above = layers.slice(0, gap).filter(({ list }) => list === moved.list).length
    moveTo(moved.at, droppedIndex(moved.index, mates.length - above))
  })
  const rename = ({ item, at }: PlacedItem, name: string): void => {
    if ('source' in item && item.name === undefined) change(`sources/${item.source}`, { name })
    else change(at, { name })
  }
  const pick = (id: string, how: 'one' | 'toggle' | 'range'): void => {
    if (how === 'toggle') select(selected.includes(id) ? selected.filter((each) => each !== id) : [...selected, id])
    else if (how === 'range')
      select(
        rangeOf(
          shown.map(({ layer }) => layer.item.id),
          selected,
          id,
        ),
      )
    else select([id])
  }
  /** Opens or closes a group. What is selected in one that closes is not seen any more: the group is selected instead. */
  const openGroup = (id: string, open: boolean): void => {
    const layer = placeOf(id)
    if (layer === undefined || !('group' in layer.item) || open !== closed.has(id)) return
    const next = new Set(closed)
    if (open) next.delete(id)
    else next.add(id)
    setClosed(next)
    const inside = layer.item.group.map((member) => member.id)
    if (!open && selected.some((each) => inside.includes(each))) select([id])
  }
  const placeOf = (id: string): PlacedItem | undefined => layers.find(({ item }) => item.id === id)
  const actions: EntryActions = {
    pick,
    openPanel(id) {
      select([id])
      showItemPanel()
    },
    doubleClick(id) {
      const layer = placeOf(id)
      if (layer !== undefined && 'group' in layer.item) openGroup(id, closed.has(id))
      else actions.openPanel(id)
    },
    openGroup,
    openMenu(id, x, y) {
      if (!selected.includes(id)) select([id])
      setMenu({ x, y })
    },
    rename(id, name) {
      setRenaming(null)
      const layer = placeOf(id)
      if (name !== null && layer !== undefined) rename(layer, name)
    },
    press(id, event) {
      const layer = placeOf(id)
      if (layer === undefined) return false
      if ((event.key === 'ArrowLeft' || event.key === 'ArrowRight') && 'group' in layer.item && !event.altKey)
        openGroup(id, event.key === 'ArrowRight')
      else if (event.key === 'F2') setRenaming(id)
      else if (event.altKey && event.key === 'ArrowUp' && layer.index < lengthOf(layer.list) - 1) moveTo(layer.at, layer.index + 1)
      else if (event.altKey && event.key === 'ArrowDown' && layer.index > 0) moveTo(layer.at, layer.index - 1)
      else if (event.key === ' ' && (event.ctrlKey || event.shiftKey)) pick(id, event.shiftKey ? 'range' : 'toggle')
      else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') select(selectableOf(shown.map((each) => each.layer)))
      else {
        const items = selected.includes(id) ? chosen : [layer]
        return carryOut(entryOfKey(event, itemEntries({ items, scene, document, onSelect: select })), notify)
      }
      return true
    },
    drag: drag.entry,
  }
  const newest = useRef(actions)
  newest.current = actions
  return (
    <Dock
      title={t.sources.title}
      testId="sources-dock"
      aside={
        <>
          <span className="quiet small dock-of">{scene.name}</span>
          {layers.length >= searchFrom && (
            <SearchField value={search} label={t.sources.search} onChange={setSearch} testId="search-sources" />
          )}
        </>
      }
      tools={
        editor && (
          <>
            <Tool Icon={Plus} label={t.sources.add} onClick={onAdd} testId="add-source" />
            <Tool
              Icon={Trash2}
              label={t.sources.remove}
              disabled={chosen.length === 0}
              onClick={() => {
                void removeItems(chosen, document)
                select([])
              }}
              testId="delete-source"
            />
            <Tool
              Icon={Settings2}
              label={t.sources.properties}
              disabled={first === undefined}
              onClick={showItemPanel}
              testId="source-properties"
            />
            <span className="spacer" />
            <Tool
              Icon={ArrowUp}
              label={t.moveUp}
              disabled={first === undefined || first.index >= lengthOf(first.list) - 1}
              onClick={() => first && moveTo(first.at, first.index + 1)}
              testId="source-up"
            />
            <Tool
              Icon={ArrowDown}
              label={t.moveDown}
              disabled={first === undefined || first.index <= 0}
              onClick={() => first && moveTo(first.at, first.index - 1)}
              testId="source-down"
            />
          </>
        )
      }
    >
      {layers.length === 0 ? (
        <div className="dock-empty">
          <p>{t.sources.empty}</p>
          {editor && (
            <button type="button" className="button primary" onClick={onAdd} data-testid="add-first-source">
              <Plus size={16} /> {t.sources.add}
            </button>
          )}
        </div>
      ) : (
        <ul className="entries" onKeyDown={moveInList}>
          {shown.map(({ layer: { item, at, list, depth }, index }) => (
            <SourceEntry
              key={item.id}
              {...{ item, at, list, depth, index, editor }}
              actions={newest}
              name={nameOf(item, document)}
              Icon={iconOfItem(item, document)}
              report={'source' in item ? reports[item.source] : undefined}
              open={'group' in item ? search !== '' || !closed.has(item.id) : undefined}
              selected={selected.includes(item.id)}
              renaming={renaming === item.id}
              drop={drag.entry(index, list)['data-drop']}
            />
          ))}
        </ul>
      )}
      {menu !== null && (
        <ContextMenu
          at={menu}
          label={canvasTexts.menu}
          groups={[
            [
              { label: canvasTexts.properties, act: showItemPanel, disabled: first === undefined, keys: 'Enter' },
              { label: canvasTexts.rename, act: () => first && setRenaming(first.item.id), disabled: chosen.length !== 1, keys: 'F2' },
            ],
            ...itemEntries({ items: chosen, scene, document, onSelect: select }),
          ]}
          onClose={() => setMenu(null)}
          testId="source-menu"
        />
      )}
    </Dock>
  )
}
