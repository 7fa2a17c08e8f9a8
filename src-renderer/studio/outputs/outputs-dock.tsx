import { CircleStop, Pencil, Play, Plus, RotateCw, Tag, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { useNow } from '../../client/clock.ts'
import { formatBitrate, formatBytes, formatDuration } from '../../client/format.ts'
import { sentencesOf } from '../../client/host-error.ts'
import { loadLater } from '../../components/load-later.tsx'
import { hasChannel } from '../channels/has-channel.ts'
import { t as channels } from '../channels/messages.ts'
import { commandOutput, removeOutput, startOutput } from '../commands.ts'
import { Dock } from '../docks/dock.tsx'
import { Tool } from '../docks/tool.tsx'
import { t } from '../messages.ts'
import { useShow } from '../show-store.ts'
import type { CanvasPart, Collection, Output, OutputReport } from '../types.ts'
import { openDialog, useView } from '../view-store.ts'
import { ClipButton, NewestClip } from './clip-tools.tsx'
import { FileTools, NewestFile } from './file-tools.tsx'
import { endOutput } from './live-actions.ts'
import { OutputDialog } from './output-dialog.tsx'
import { targetWords, titleOf } from './output-words.ts'
import { RateGraph } from './rate-graph.tsx'
import { isLiveOutput } from './readiness.ts'
import { serviceOf, serviceTitle } from './services.ts'

/** Loaded when it is opened. */
const ChannelDialog = loadLater(async () => (await import('../channels/channel-dialog.tsx')).ChannelDialog)

interface OutputsDockProps {
  readonly document: Collection
  readonly canvas: CanvasPart
  readonly editor: boolean
}

/** Where the show goes: each output with its state, figures, and what can be done. */
export function OutputsDock({ document, canvas, editor }: OutputsDockProps) {
  const [changed, setChanged] = useState<Output | null>(null)
  const adding = useView((state) => state.dialog === 'addOutput')
  const reports = useShow((state) => state.outputReports)
  const list = useRef<HTMLUListElement>(null)
  const count = document.outputs.length
  const shown = useRef(count)
  useEffect(() => {
    // Whoever adds an output wants to start it.
    if (count > shown.current) list.current?.lastElementChild?.scrollIntoView({ block: 'nearest' })
    shown.current = count
  }, [count])
  return (
    <Dock
      title={t.outputs.title}
      testId="outputs-dock"
      tools={editor && <Tool Icon={Plus} label={t.outputs.add} onClick={() => openDialog('addOutput')} testId="add-output" />}
    >
      {document.outputs.length === 0 ? (
        <div className="dock-empty">
          <p>{t.outputs.empty}</p>
          {editor && (
            <button type="button" className="button" onClick={() => openDialog('addOutput')}>
              <Plus size={16} /> {t.outputs.add}
            </button>
          )}
        </div>
      ) : (
        <ul className="outputs" ref={list}>
          {document.outputs.map((output) => (
            <OutputRow key={output.id} output={output} report={reports[output.id]} editor={editor} onChange={() => setChanged(output)} />
          ))}
        </ul>
      )}
      {editor && adding && <OutputDialog document={document} canvas={canvas} output={undefined} onClose={() => openDialog(null)} />}
      {changed !== null && <OutputDialog document={document} canvas={canvas} output={changed} onClose={() => setChanged(null)} />}
    </Dock>
  )
}

interface OutputRowProps {
  readonly output: Output
  readonly report: OutputReport | undefined
  readonly editor: boolean
  readonly onChange: () => void
}

const chips: Readonly<Record<OutputReport['state'], string>> = {
  off: 'plain',
  starting: 'pending',
  live: 'live',
  retrying: 'reconnecting',
  paused: 'pending',
  failed: 'error',
}

/** How an output is, in a word: nothing connects where nobody watches. */
function stateWord(output: Output, state: OutputReport['state']): string {
  if (isLiveOutput(output)) return t.outputs.states[state]
  if (state === 'retrying') return t.outputs.waits
  if (state !== 'live') return t.outputs.states[state]
  return output.kind === 'recording' ? t.outputs.recordingState : output.kind === 'replay' ? t.outputs.replayState : t.outputs.cameraState
}

function OutputRow({ output, report, editor, onChange }: OutputRowProps) {
  const state = report?.state ?? 'off'
  const runs = state !== 'off' && state !== 'failed'
  const { name, id } = output
  const service = serviceOf(output)
  const [titles, setTitles] = useState(false)
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    // What can be done while it runs is below: seen by the one who started it here.
    if (runs && row.current?.contains(window.document.activeElement)) row.current.scrollIntoView({ block: 'nearest' })
  }, [runs])
  return (
    <li className="output" ref={row} data-testid="output" data-output={id} data-state={state}>
      <div className="output-head">
        <span className="output-name">
          <b>{name}</b>
          <span className="quiet small">
            {output.kind === 'host' ? (
              <Link href={`/live/${String(output.settings.stream ?? '')}`}>{targetWords(output)}</Link>
            ) : (
              `${titleOf(output) === name ? '' : `${titleOf(output)} · `}${targetWords(output)}`
            )}
          </span>
        </span>
        <span
          className={`chip ${state === 'live' && !isLiveOutput(output) && output.kind !== 'recording' ? 'good' : chips[state]}`}
          data-testid="output-state"
        >
          {stateWord(output, state)}
        </span>
      </div>
      {runs && report !== undefined && (output.kind === 'replay' ? <ReplayFigures report={report} /> : <OutputFigures report={report} />)}
      {runs && isLiveOutput(output) && <RateGraph output={id} wantedKbps={wantedKbps(output)} />}
      {report?.error !== null && report?.error !== undefined && (
        <p className="output-error" role="status">
          {sentencesOf(report.error)}
        </p>
      )}
      {editor && (
        <div className="output-tools">
          {runs ? (
            <Tool Icon={CircleStop} label={t.outputs.stop(name)} onClick={() => void endOutput(output)} testId="stop-output" />
          ) : (
            <Tool Icon={Play} label={t.outputs.start(name)} onClick={() => void startOutput(id)} testId="start-output" />
          )}
          {state === 'retrying' && isLiveOutput(output) && (
            <Tool Icon={RotateCw} label={t.outputs.retry(name)} onClick={() => void commandOutput(id, 'retry')} testId="retry-output" />
          )}
          {runs && report !== undefined && <FileTools output={output} report={report} />}
          {runs && report !== undefined && output.kind === 'host' && <ClipButton output={output} report={report} />}
          {service !== undefined && hasChannel(service.id) && (
            <Tool Icon={Tag} label={channels.open(serviceTitle(service))} onClick={() => setTitles(true)} testId="channel-open" />
          )}
          <Tool Icon={Pencil} label={t.outputs.change(name)} onClick={onChange} testId="edit-output" />
          <Tool Icon={Trash2} label={t.outputs.remove(name)} disabled={runs} onClick={() => void removeOutput(id, name)} />
        </div>
      )}
      {titles && service !== undefined && hasChannel(service.id) && (
        <ChannelDialog service={service.id} name={serviceTitle(service)} onClose={() => setTitles(false)} />
      )}
      {output.kind === 'host' && <NewestClip output={output} />}
      {(output.kind === 'recording' || output.kind === 'replay') && <NewestFile output={output} editor={editor} />}
    </li>
  )
}

/** What an output is to send of video and audio together, kbps; 0 where the quality decides. */
const wantedKbps = ({ video, audio }: Output): number =>
  video === null || video.rateControl === 'crf' ? 0 : video.bitrateKbps + audio.reduce((sum, { bitrateKbps }) => sum + bitrateKbps, 0)

function OutputFigures({ report }: { readonly report: OutputReport }) {
  const nowMs = useNow()
  const { startedAt, statistics } = report
  const number = (key: string): number | undefined => (typeof statistics[key] === 'number' ? statistics[key] : undefined)
  const dropped = number('droppedFrames')
  return (
    <dl className="output-figures">
      <dt>{t.outputs.time}</dt>
      <dd>{startedAt === null ? '–' : formatDuration(nowMs - Date.parse(startedAt))}</dd>
      <dt>{t.outputs.rate}</dt>
      <dd data-testid="output-rate">{formatBitrate(number('bitrateKbps'))}</dd>
      <dt>{t.outputs.dropped}</dt>
      <dd className={dropped !== undefined && dropped > 0 ? 'warn' : undefined}>{dropped ?? '–'}</dd>
    </dl>
  )
}

/** How much a replay buffer has, and how often it was saved. */
function ReplayFigures({ report: { statistics } }: { readonly report: OutputReport }) {
  const number = (key: string): number => (typeof statistics[key] === 'number' ? statistics[key] : 0)
  return (
    <dl className="output-figures">
      <dt>{t.outputs.held}</dt>
      <dd data-testid="replay-held">{formatDuration(number('heldMs'))}</dd>
      <dt>{t.outputs.memory}</dt>
      <dd>{formatBytes(number('heldBytes'))}</dd>
      <dt>{t.outputs.saved}</dt>
      <dd>{number('saved')}</dd>
    </dl>
  )
}
