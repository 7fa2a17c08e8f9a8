import { type ReactNode, useState } from 'react'
import { call } from '../../client/api.ts'
import { notifyError } from '../../components/toasts.tsx'
import { t } from './messages.ts'
import type { Overlay } from './overlay-store.ts'

// biome-ignore lint/suspicious/noExplicitAny: each kind has a state of its own
type State = any
type Post = (body: Readonly<Record<string, unknown>>) => void

interface ControlsProps {
  readonly overlay: Overlay
}

/** What an operator does with an overlay during a show. */
export function OverlayControls({ overlay }: ControlsProps) {
  const post: Post = (body) => void call('POST', `/studio/overlays/${overlay.id}/data`, { body }).catch(notifyError)
  const Controls = byKind[overlay.kind]
  if (Controls === undefined) return null
  return (
    <fieldset className="overlay-controls">
      <legend>{t.contents}</legend>
      <Controls overlay={overlay} state={overlay.state as State} post={post} />
    </fieldset>
  )
}

interface KindControlsProps extends ControlsProps {
  readonly state: State
  readonly post: Post
}

interface TextProps {
  readonly id: string
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly numeric?: boolean
  readonly disabled?: boolean
}

function Text({ id, label, value, onChange, numeric = false, disabled = false }: TextProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        type={numeric ? 'number' : 'text'}
        step="any"
        maxLength={500}
        value={value}
        disabled={disabled}
        data-testid={id}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  )
}

function Action({ onClick, children, testId, main = false }: { onClick: () => void; children: ReactNode; testId: string; main?: boolean }) {
  return (
    <button type="button" className={main ? 'button primary' : 'button'} onClick={onClick} data-testid={testId}>
      {children}
    </button>
  )
}

function LowerThirdControls({ state, post }: KindControlsProps) {
  const [texts, setTexts] = useState<{ readonly title: string; readonly subtitle: string }>({
    title: state.title,
    subtitle: state.subtitle,
  })
  return (
    <>
      <Text id="control-title" label={t.personName} value={texts.title} onChange={(title) => setTexts({ ...texts, title })} />
      <Text id="control-subtitle" label={t.personRole} value={texts.subtitle} onChange={(subtitle) => setTexts({ ...texts, subtitle })} />
      <div className="row">
        <Action main onClick={() => post({ visible: true, ...texts })} testId="control-show">
          {state.visible === true ? t.update : t.show}
        </Action>
        <Action onClick={() => post({ visible: false })} testId="control-hide">
          {t.hide}
        </Action>
      </div>
    </>
  )
}

function AlertControls({ state, post }: KindControlsProps) {
  const [title, setTitle] = useState<string>(t.sample.alert)
  const [text, setText] = useState<string>(t.sample.alertText)
  return (
    <>
      <Text id="control-title" label={t.alertTitle} value={title} onChange={setTitle} />
      <Text id="control-text" label={t.alertText} value={text} onChange={setText} />
      <div className="row">
        <Action main onClick={() => post({ title, text })} testId="control-alert">
          {t.testAlert}
        </Action>
        <Action onClick={() => post({ clear: true })} testId="control-clear">
          {t.clear}
        </Action>
        {state.waiting > 0 && <span className="small quiet">{t.waiting(state.waiting)}</span>}
      </div>
    </>
  )
}

function ChatControls({ post }: KindControlsProps) {
  const [name, setName] = useState<string>(t.sample.names[0])
  const [text, setText] = useState<string>(t.sample.messages[0])
  return (
    <>
      <Text id="control-name" label={t.personName} value={name} onChange={setName} />
      <Text id="control-text" label={t.chatText} value={text} onChange={setText} />
      <div className="row">
        <Action main onClick={() => post({ name, text })} testId="control-send">
          {t.send}
        </Action>
        <Action onClick={() => post({ clear: true })} testId="control-clear">
          {t.clear}
        </Action>
      </div>
    </>
  )
}

function ViewersControls({ overlay, state, post }: KindControlsProps) {
  const [count, setCount] = useState(String(state.count))
  if (overlay.settings.stream !== '') return <p className="hint">{t.counted}</p>
  return (
    <div className="row overlay-numbers">
      <Text id="control-value" label={t.viewers} value={count} onChange={setCount} numeric />
      <Action main onClick={() => post({ count: Math.round(Number(count)) })} testId="control-set">
        {t.set}
      </Action>
    </div>
  )
}

function GoalControls({ state, post }: KindControlsProps) {
  const [changed, setChanged] = useState<{ readonly value?: string; readonly target?: string }>({})
  const value = changed.value ?? String(state.value)
  const target = changed.target ?? String(state.target)
  const send = (body: Readonly<Record<string, unknown>>): void => {
    setChanged({})
    post(body)
  }
  return (
    <>
      <div className="row overlay-numbers">
        <Text id="control-value" label={t.value} value={value} onChange={(next) => setChanged({ ...changed, value: next })} numeric />
        <Text id="control-target" label={t.target} value={target} onChange={(next) => setChanged({ ...changed, target: next })} numeric />
      </div>
      <div className="row">
        <Action main onClick={() => send({ value: Number(value), target: Number(target) })} testId="control-set">
          {t.set}
        </Action>
        <Action onClick={() => send({ add: 1 })} testId="control-plus">
          {t.plusOne}
        </Action>
        <Action onClick={() => send({ add: -1 })} testId="control-minus">
          {t.minusOne}
        </Action>
      </div>
    </>
  )
}

function NumberControls({ overlay, state, post }: KindControlsProps) {
  const [changed, setChanged] = useState<string | undefined>()
  if (isFed(overlay)) return <p className="hint">{t.fromSource}</p>
  const value = changed ?? String(state.value ?? 0)
  const send = (body: Readonly<Record<string, unknown>>): void => {
    setChanged(undefined)
    post(body)
  }
  return (
    <div className="row overlay-numbers">
      <Text id="control-value" label={t.value} value={value} onChange={setChanged} numeric />
      <Action main onClick={() => send({ value: Number(value) })} testId="control-set">
        {t.set}
      </Action>
      <Action onClick={() => send({ add: 1 })} testId="control-plus">
        {t.plusOne}
      </Action>
    </div>
  )
}

/** Cells of lines as people write them. */
const cellsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(/[,;\t]/).map((cell) => cell.trim()))

function Lines({ label, help, first, onSet }: { label: string; help: string; first: string; onSet: (lines: string[][]) => void }) {
  const [text, setText] = useState(first)
  return (
    <>
      <div className="field">
        <label htmlFor="control-lines">{label}</label>
        <textarea
          id="control-lines"
          className="input"
          rows={5}
          value={text}
          aria-describedby="control-lines-help"
          data-testid="control-lines"
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <span className="hint" id="control-lines-help">
          {help}
        </span>
      </div>
      <div className="row">
        <Action main onClick={() => onSet(cellsOf(text))} testId="control-set">
          {t.set}
        </Action>
      </div>
    </>
  )
}

function TableControls({ overlay, state, post }: KindControlsProps) {
  if (isFed(overlay)) return <p className="hint">{t.fromSource}</p>
  const first = [state.columns, ...state.rows].map((row: readonly string[]) => row.join(', ')).join('\n')
  return <Lines label={t.rows} help={t.rowsHelp} first={first} onSet={([columns = [], ...rows]) => post({ columns, rows })} />
}

function ChartControls({ overlay, state, post }: KindControlsProps) {
  if (isFed(overlay)) return <p className="hint">{t.fromSource}</p>
  const first = state.points.map(({ label, value }: { label: string; value: number }) => `${label}, ${value}`).join('\n')
  const set = (lines: string[][]): void =>
    post({ points: lines.map((cells) => ({ label: cells.length > 1 ? cells[0] : '', value: Number(cells.at(-1)) })) })
  return <Lines label={t.points} help={t.pointsHelp} first={first} onSet={set} />
}

const isFed = ({ settings }: Overlay): boolean => settings.source !== 'posted' && settings.url !== ''

const byKind: Readonly<Record<string, (props: KindControlsProps) => ReactNode>> = {
  'lower-third': LowerThirdControls,
  'alert': AlertControls,
  'chat': ChatControls,
  'viewers': ViewersControls,
  'goal': GoalControls,
  'number': NumberControls,
  'table': TableControls,
  'chart': ChartControls,
}
