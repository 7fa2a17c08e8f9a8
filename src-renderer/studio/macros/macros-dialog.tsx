import { Copy, Play, Plus, Square, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { inLanguage } from '../../client/host-error.ts'
import { CloseAction, Dialog } from '../../components/dialog.tsx'
import { keyNames } from '../../components/key-names.ts'
import { editUndoably, runMacro, stopMacroRun, tryEdit } from '../commands.ts'
import { Tool } from '../docks/tool.tsx'
import { t as studio } from '../messages.ts'
import { NameField, PartsList } from '../parts-list.tsx'
import { freeId, freeName } from '../places.ts'
import { change, useShow } from '../show-store.ts'
import type { Action, Collection, Macro } from '../types.ts'
import { openDialog, useView } from '../view-store.ts'
import { t as windows } from '../window-rules/messages.ts'
import { ActionList } from './action-list.tsx'
import { KeyRecorder } from './key-recorder.tsx'
import { t } from './messages.ts'
import { RuleEditor } from './rule-editor.tsx'
import type { RuleSettings } from './rule-fields.ts'

interface MacrosDialogProps {
  readonly document: Collection
  readonly onClose: () => void
}

/** Edits the macros of a show: their keys and what they do. Every change is an edit that can be undone. */
export function MacrosDialog({ document, onClose }: MacrosDialogProps) {
  const { macros } = document
  const opened = useView((state) => state.macro)
  const [chosen, setChosen] = useState(opened ?? macros[0]?.id)
  const macro = macros.find(({ id }) => id === chosen) ?? macros[0]
  const add = async (): Promise<void> => {
    const name = freeName(t.newName(macros.length + 1), macros)
    const made = await tryEdit([{ do: 'add', to: 'macros', value: { id: freeId(name, macros), name } }])
    if (made?.[0] !== undefined) setChosen(made[0])
  }
  const duplicate = async (of: Macro): Promise<void> => {
    const made = await tryEdit([{ do: 'duplicate', at: `macros/${of.id}`, name: freeName(studio.copyName(of.name), macros) }])
    if (made?.[0] !== undefined) setChosen(made[0])
  }
  const remove = async ({ id, name }: Macro): Promise<void> => {
    await editUndoably([{ do: 'remove', at: `macros/${id}` }], t.deleted(name))
  }
  return (
    <Dialog title={t.title} onClose={onClose} testId="macros-dialog">
      <div className="parts-editor">
        <PartsList
          label={t.list}
          parts={macros}
          current={macro?.id}
          onChoose={setChosen}
          onDelete={(each) => void remove(each)}
          testId="macro"
          entry={({ name, hotkeys }) => (
            <>
              <span className="entry-name">{name}</span>
              {hotkeys[0] !== undefined && <kbd>{keyNames(hotkeys[0])}</kbd>}
            </>
          )}
        >
          <Tool Icon={Plus} label={t.add} onClick={() => void add()} testId="add-macro" />
          <Tool
            Icon={Copy}
            label={t.duplicate}
            disabled={macro === undefined}
            onClick={() => macro && void duplicate(macro)}
            testId="duplicate-macro"
          />
          <Tool
            Icon={Trash2}
            label={t.remove}
            disabled={macro === undefined}
            onClick={() => macro && void remove(macro)}
            testId="delete-macro"
          />
        </PartsList>
        {macro === undefined ? (
          <div className="dock-empty">
            <p>{t.empty}</p>
            <button type="button" className="button primary" onClick={() => void add()} data-testid="add-first-macro">
              <Plus size={16} /> {t.add}
            </button>
          </div>
        ) : (
          <MacroForm key={macro.id} macro={macro} document={document} records={macro.id === opened && macro.hotkeys.length === 0} />
        )}
      </div>
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}

interface MacroFormProps {
  readonly macro: Macro
  readonly document: Collection
  /** Keys are recorded at once. */
  readonly records: boolean
}

function MacroForm({ macro, document, records }: MacroFormProps) {
  const run = useShow((state) => state.macroRuns[macro.id])
  const at = `macros/${macro.id}`
  return (
    <div className="parts-form">
      <NameField id="macro-name" label={t.name} name={macro.name} onChange={(name) => change(at, { name })} />
      <KeyRecorder macro={macro} macros={document.macros} records={records} onChange={(hotkeys) => change(at, { hotkeys })} />
      {macro.window !== undefined && (
        <p className="small quiet" data-testid="macro-window">
          {windows.inMacro}{' '}
          <button type="button" className="button" onClick={() => openDialog('windows')}>
            {windows.title}
          </button>
        </p>
      )}
      <ActionList
        id="actions"
        title={t.actions}
        empty={t.noActions}
        actions={macro.actions as unknown as readonly Action[]}
        document={document}
        onChange={(actions) => change(at, { actions })}
      />
      <ActionList
        id="released"
        title={t.released}
        empty={t.noReleased}
        actions={(macro.released ?? []) as unknown as readonly Action[]}
        document={document}
        onChange={(released) => change(at, { released: released.length > 0 ? released : null })}
      />
      <RuleEditor
        id={`macro:${macro.id}`}
        name={macro.name}
        rule={macro.rule as RuleSettings | undefined}
        document={document}
        onChange={(rule) => change(at, { rule })}
      />
      <div className="row">
        <button
          type="button"
          className="button"
          disabled={macro.actions.length === 0 || run?.state === 'running'}
          onClick={() => void runMacro(macro.id)}
          data-testid="run-macro"
        >
          <Play size={15} /> {t.run}
        </button>
        {run?.state === 'running' && (
          <button type="button" className="button" onClick={() => void stopMacroRun(run.run)} data-testid="stop-macro">
            <Square size={14} /> {t.stop}
          </button>
        )}
        <span
          className={run?.state === 'failed' ? 'small bad-text' : 'small quiet'}
          role="status"
          data-testid="macro-run"
          data-state={run?.state}
        >
          {run !== undefined && t.runState(run.error === null ? run : { ...run, error: inLanguage(run.error) })}
        </span>
      </div>
    </div>
  )
}
