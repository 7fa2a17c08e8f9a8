import { X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { ApiError, call } from '../../client/api.ts'
import { notify, notifyError } from '../../components/toasts.tsx'
import {
  deployOf,
  draftOf,
  emptyDraft,
  type FileFault,
  type FunctionDraft,
  faultIn,
  rangeOfLine,
  type WholeFunction,
} from './function-draft.ts'
import { FunctionHistory } from './function-history.tsx'
import { FunctionTrial } from './function-trial.tsx'
import { t } from './messages.ts'

interface EditorProps {
  /** Empty for a new one. */
  readonly name: string
  readonly onDeployed: (name: string) => void
  readonly onClose: () => void
}

/** One function: its files and where it answers, tried here, deployed, and what nodes wrote of it. */
export function FunctionEditor({ name, onDeployed, onClose }: EditorProps) {
  const [whole, setWhole] = useState<WholeFunction>()
  const [draft, setDraft] = useState<FunctionDraft | undefined>(name === '' ? emptyDraft : undefined)
  const [faults, setFaults] = useState<readonly FileFault[]>([])
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    if (name === '') return
    call('GET', `/network/functions/${name}`).then((found) => {
      setWhole(found)
      setDraft(draftOf(found))
    }, notifyError)
  }, [name])
  if (draft === undefined) return <div className="skeleton stream-skeleton" aria-hidden="true" />
  const change = (changes: Partial<FunctionDraft>): void => setDraft({ ...draft, ...changes })
  const changeTo = (found: WholeFunction): void => {
    setWhole(found)
    setDraft(draftOf(found))
    setFaults([])
  }
  const deploy = async (): Promise<void> => {
    setBusy(true)
    try {
      const { version } = await call('PUT', `/network/functions/${draft.name}`, { body: deployOf(draft) })
      setFaults([])
      notify(t.deployed(draft.name, version))
      if (name === '') onDeployed(draft.name)
      else changeTo(await call('GET', `/network/functions/${name}`))
    } catch (error) {
      const fault = error instanceof ApiError ? faultIn(error.message) : undefined
      if (fault === undefined) notifyError(error)
      else setFaults([fault])
    } finally {
      setBusy(false)
    }
  }
  const lines = (label: string, key: 'routes' | 'fetchHosts' | 'variables', placeholder: string) => (
    <label className="field">
      <span className="label">{label}</span>
      <textarea
        className="input mono"
        rows={2}
        value={draft[key]}
        onChange={(event) => change({ [key]: event.target.value })}
        spellCheck={false}
        placeholder={placeholder}
        data-testid={`function-${key}`}
      />
    </label>
  )
  return (
    <div className="function-editor stack" data-testid="function-editor">
      <div className="row functions-head">
        <h3>{name === '' ? t.add : name}</h3>
        <button type="button" className="button quiet icon" aria-label={t.close} title={t.close} onClick={onClose}>
          <X size={16} aria-hidden="true" />
        </button>
      </div>
      {name === '' && (
        <label className="field">
          <span className="label">{t.name}</span>
          <input
            className="input mono"
            value={draft.name}
            onChange={(event) => change({ name: event.target.value })}
            maxLength={64}
            spellCheck={false}
            data-testid="function-name"
          />
          <span className="quiet small">{t.nameHint}</span>
        </label>
      )}
      {lines(t.routes, 'routes', '/members/*')}
      <Files draft={draft} faults={faults} onChange={change} />
      {lines(t.variables, 'variables', 'GREETING=hello')}
      {lines(t.fetchHosts, 'fetchHosts', 'api.example.com')}
      <div className="row">
        <button
          type="button"
          className="button primary"
          disabled={isBusy || draft.name === '' || draft.routes.trim() === ''}
          onClick={() => void deploy()}
          data-testid="deploy-function"
        >
          {t.deploy}
        </button>
        <span className="quiet small">{t.limits}</span>
      </div>
      <FunctionTrial draft={draft} deployed={name} onFaults={setFaults} />
      {whole !== undefined && <FunctionHistory whole={whole} onChange={changeTo} />}
    </div>
  )
}

interface FilesProps {
  readonly draft: FunctionDraft
  readonly faults: readonly FileFault[]
  readonly onChange: (changes: Partial<FunctionDraft>) => void
}

/** The files of a function, one of them open, and what is wrong in them by line. */
function Files({ draft: { main, files }, faults, onChange }: FilesProps) {
  const [open, setOpen] = useState(main)
  const [added, setAdded] = useState('')
  const code = useRef<HTMLTextAreaElement>(null)
  const [wanted, setWanted] = useState<FileFault>()
  const shown = open in files ? open : main
  const text = files[shown] ?? ''
  useEffect(() => {
    if (wanted === undefined || wanted.file !== shown || code.current === null || wanted.line === 0) return
    code.current.focus()
    code.current.setSelectionRange(...rangeOfLine(code.current.value, wanted.line))
    setWanted(undefined)
  }, [wanted, shown])
  const add = (): void => {
    const name = added.trim()
    if (name === '' || name in files) return
    onChange({ files: { ...files, [name]: '' } })
    setOpen(name)
    setAdded('')
  }
  const remove = (name: string): void => {
    const { [name]: _gone, ...rest } = files
    onChange({ files: rest })
  }
  return (
    <>
      <div className="row">
        <select
          className="input"
          aria-label={t.file}
          value={shown}
          onChange={(event) => setOpen(event.target.value)}
          data-testid="function-file"
        >
          {Object.keys(files).map((name) => (
            <option key={name} value={name}>
              {name === main ? t.main(name) : name}
            </option>
          ))}
        </select>
        {shown !== main && (
          <button type="button" className="button quiet" onClick={() => remove(shown)}>
            {t.removeFile(shown)}
          </button>
        )}
        <input
          className="input mono"
          aria-label={t.newFile}
          placeholder={t.newFile}
          value={added}
          onChange={(event) => setAdded(event.target.value)}
          spellCheck={false}
          data-testid="new-file"
        />
        <button type="button" className="button" onClick={add} disabled={added.trim() === ''} data-testid="add-file">
          {t.addFile}
        </button>
      </div>
      {shown.endsWith('.wasm') && <p className="quiet small">{t.binary}</p>}
      <div className="function-code">
        <pre className="mono" aria-hidden="true">
          {text
            .split('\n')
            .map((_, index) => index + 1)
            .join('\n')}
        </pre>
        <textarea
          ref={code}
          className="input mono"
          aria-label={t.code(shown)}
          rows={Math.min(40, Math.max(10, text.split('\n').length + 1))}
          wrap="off"
          value={text}
          onChange={(event) => onChange({ files: { ...files, [shown]: event.target.value } })}
          spellCheck={false}
          data-testid="function-code"
        />
      </div>
      {faults.length > 0 && (
        <ul className="function-faults" aria-label={t.faults} role="alert">
          {faults.map((fault) => {
            const place = fault.line === 0 ? fault.file : `${fault.file}:${fault.line}:${fault.column}`
            return (
              <li key={`${place} ${fault.message}`} data-testid="function-fault">
                <button
                  type="button"
                  className="button quiet"
                  aria-label={t.goTo(place)}
                  onClick={() => {
                    setOpen(fault.file)
                    setWanted(fault)
                  }}
                >
                  <code translate="no">{place}</code>
                </button>{' '}
                {fault.message}
              </li>
            )
          })}
        </ul>
      )}
    </>
  )
}
