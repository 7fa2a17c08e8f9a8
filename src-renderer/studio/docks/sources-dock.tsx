import { ArrowDown, ArrowUp, Eye, EyeOff, Link2, Lock, LockOpen, Plus, Settings2, Trash2, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { ContextMenu, opensMenu } from '../../components/context-menu.tsx'
import { moveInList } from '../../components/list-keys.ts'
import { entryOfKey, itemEntries } from '../canvas/item-menu.ts'
import { t as canvasTexts } from '../canvas/messages.ts'
import { moveTo, removeItems } from '../commands.ts'
import { t as links } from '../links/messages.ts'
import { t } from '../messages.ts'
import { droppedIndex, layersOf, nameOf, type PlacedItem } from '../places.ts'
import { needsCare, reportWords } from '../report-words.ts'
import { change, useShow } from '../show-store.ts'
import { iconOfItem } from '../source-icons.ts'
import type { Collection, Scene } from '../types.ts'
import { select, showItemPanel, useView } from '../view-store.ts'
import { Dock } from './dock.tsx'
import { NameField } from './name-field.tsx'
import { rangeOf } from './range.ts'
import { matches, SearchField, searchFrom } from './search-field.tsx'
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
  const reports = useShow((state) => state.sourceReports)
  const selected = useView((state) => state.selected)
  const layers = layersOf(scene)
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
  /** The selected items, or only this one if it is not among them. */
  const withItem = (layer: PlacedItem): readonly PlacedItem[] => {
    if (selected.includes(layer.item.id)) return chosen
    select([layer.item.id])
    return [layer]
  }
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
          {shown.map(({ layer, index }) => {
            const { item, at, depth } = layer
            const name = nameOf(item, document)
            const Icon = iconOfItem(item, document)
            const report = 'source' in item ? reports[item.source] : undefined
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the button inside takes the keys
              <li
                key={item.id}
                className="entry"
                style={depth > 0 ? { paddingLeft: 22 } : undefined}
                data-testid="source"
                data-item-id={item.id}
                data-current={selected.includes(item.id)}
                data-hidden={!item.visible}
                data-state={report?.state}
                onClick={(event) => pick(item.id, event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'one')}
                onContextMenu={(event) => {
                  if (!editor || (event.target as Element).closest('input') !== null) return
                  event.preventDefault()
                  withItem(layer)
                  setMenu({ x: event.clientX, y: event.clientY })
                }}
                onDoubleClick={() => {
                  select([item.id])
                  showItemPanel()
                }}
                {...drag.entry(index, layer.list)}
              >
                <button
                  type="button"
                  className="entry-main"
                  data-item
                  aria-current={selected.includes(item.id)}
                  aria-keyshortcuts="F2 Delete Enter Alt+ArrowUp Alt+ArrowDown Control+C Control+V Control+D Control+F Control+R Control+S Control+Shift+D Control+G Shift+F10"
                  onKeyDown={(event) => {
                    if (event.key === 'Enter') {
                      select([item.id])
                      showItemPanel()
                    } else if (!editor) return
                    else if (event.key === 'F2') setRenaming(item.id)
                    else if (event.altKey && event.key === 'ArrowUp' && layer.index < lengthOf(layer.list) - 1) moveTo(at, layer.index + 1)
                    else if (event.altKey && event.key === 'ArrowDown' && layer.index > 0) moveTo(at, layer.index - 1)
                    else if (event.key === ' ' && (event.ctrlKey || event.shiftKey)) pick(item.id, event.shiftKey ? 'range' : 'toggle')
                    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') select(layers.map((each) => each.item.id))
                    else if (opensMenu(event)) {
                      withItem(layer)
                      const { left, bottom } = event.currentTarget.getBoundingClientRect()
                      setMenu({ x: left + 20, y: bottom })
                    } else {
                      const items = selected.includes(item.id) ? chosen : [layer]
                      const entry = entryOfKey(event, itemEntries({ items, scene, document, onSelect: select }))
                      if (entry === undefined || entry.disabled === true) return
                      entry.act()
                    }
                    event.preventDefault()
                    event.stopPropagation()
                  }}
                >
                  <Icon size={15} />
                  <NameField
                    name={name}
                    label={t.renameOf(name)}
                    editing={renaming === item.id}
                    onDone={(next) => {
                      setRenaming(null)
                      if (next !== null) rename(layer, next)
                    }}
                  />
                </button>
                {item.link !== undefined && (
                  <span className="entry-mark" title={links.isLinked} role="img" aria-label={links.isLinked} data-testid="item-linked">
                    <Link2 size={14} />
                  </span>
                )}
                {needsCare(report) && (
                  <span className="entry-problem" title={reportWords(report)} role="img" aria-label={reportWords(report)}>
                    <TriangleAlert size={15} />
                  </span>
                )}
                <Tool
                  Icon={item.visible ? Eye : EyeOff}
                  label={item.visible ? t.sources.hide(name) : t.sources.show(name)}
                  pressed={item.visible}
                  disabled={!editor}
                  onClick={() => change(at, { visible: !item.visible })}
                  testId="toggle-visible"
                />
                <Tool
                  Icon={item.locked ? Lock : LockOpen}
                  label={item.locked ? t.sources.unlock(name) : t.sources.lock(name)}
                  pressed={item.locked}
                  disabled={!editor}
                  onClick={() => change(at, { locked: !item.locked })}
                  testId="toggle-locked"
                />
              </li>
            )
          })}
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
