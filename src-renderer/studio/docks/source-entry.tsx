import { ChevronDown, ChevronRight, Eye, EyeOff, Link2, Lock, LockOpen, type LucideIcon, TriangleAlert } from 'lucide-react'
import { type KeyboardEvent, memo, type RefObject } from 'react'
import { opensMenu } from '../../components/context-menu.tsx'
import { t as links } from '../links/messages.ts'
import { t } from '../messages.ts'
import { needsCare, reportWords } from '../report-words.ts'
import { change } from '../show-store.ts'
import type { Item, SourceReport } from '../types.ts'
import { NameField } from './name-field.tsx'
import { Tool } from './tool.tsx'
import type { DragEntry } from './use-drag-order.ts'

/** What entries ask of their list. */
export interface EntryActions {
  readonly pick: (id: string, how: 'one' | 'toggle' | 'range') => void
  readonly openPanel: (id: string) => void
  /** Opens or closes a group, opens the properties of others. */
  readonly doubleClick: (id: string) => void
  readonly openGroup: (id: string, open: boolean) => void
  /** At a place of the window, px. */
  readonly openMenu: (id: string, x: number, y: number) => void
  readonly rename: (id: string, name: string | null) => void
  /** True where the key has a use here, also one that is not possible now: then the browser does nothing else with it. */
  readonly press: (id: string, event: KeyboardEvent) => boolean
  /** What dragging it does now. */
  readonly drag: (index: number, list: string) => DragEntry
}

interface SourceEntryProps {
  readonly item: Item
  /** Its place in the document, its list, and its position among all entries. */
  readonly at: string
  readonly list: string
  readonly index: number
  readonly depth: number
  readonly name: string
  readonly Icon: LucideIcon
  readonly report: SourceReport | undefined
  /** Whether the items of a group are listed; undefined for others. */
  readonly open: boolean | undefined
  readonly selected: boolean
  readonly renaming: boolean
  readonly editor: boolean
  readonly drop: DragEntry['data-drop']
  /** As the list has them when something is done: entries are only drawn when what they show has changed. */
  readonly actions: RefObject<EntryActions>
}

/** An item in the list of sources. */
export const SourceEntry = memo(function SourceEntry(props: SourceEntryProps) {
  const { item, at, list, index, depth, name, Icon, report, open, selected, renaming, editor, drop, actions } = props
  const { id } = item
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button inside takes the keys
    <li
      className="entry"
      style={depth > 0 ? { paddingLeft: 22 } : undefined}
      data-testid="source"
      data-item-id={id}
      data-current={selected}
      data-hidden={!item.visible}
      data-state={report?.state}
      data-drop={drop}
      draggable={editor}
      onClick={(event) => actions.current.pick(id, event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'one')}
      onContextMenu={(event) => {
        if (!editor || (event.target as Element).closest('input') !== null) return
        event.preventDefault()
        actions.current.openMenu(id, event.clientX, event.clientY)
      }}
      onDoubleClick={(event) => {
        // Each click on a button or in a field has its own use.
        if ((event.target as Element).closest('.tool, input') === null) actions.current.doubleClick(id)
      }}
      onDragStart={(event) => actions.current.drag(index, list).onDragStart(event)}
      onDragOver={(event) => actions.current.drag(index, list).onDragOver(event)}
      onDragEnd={() => actions.current.drag(index, list).onDragEnd()}
      onDrop={(event) => actions.current.drag(index, list).onDrop(event)}
    >
      {open !== undefined && (
        <Tool
          Icon={open ? ChevronDown : ChevronRight}
          label={open ? t.sources.closeGroup(name) : t.sources.openGroup(name)}
          onClick={() => actions.current.openGroup(id, !open)}
          testId="toggle-group"
        />
      )}
      <button
        type="button"
        className="entry-main"
        data-item
        aria-expanded={open}
        aria-current={selected}
        aria-keyshortcuts="F2 Delete Enter Alt+ArrowUp Alt+ArrowDown Control+C Control+V Control+D Control+F Control+R Control+S Control+Shift+D Control+G Shift+F10"
        onKeyDown={(event) => {
          if (event.key === 'Enter') actions.current.openPanel(id)
          else if (!editor) return
          else if (opensMenu(event)) {
            const { left, bottom } = event.currentTarget.getBoundingClientRect()
            actions.current.openMenu(id, left + 20, bottom)
          } else if (!actions.current.press(id, event)) return
          event.preventDefault()
          event.stopPropagation()
        }}
      >
        <Icon size={15} />
        <NameField name={name} label={t.renameOf(name)} editing={renaming} onDone={(next) => actions.current.rename(id, next)} />
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
})
