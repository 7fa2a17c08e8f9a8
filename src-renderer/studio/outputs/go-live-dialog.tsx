import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { formatBitrate } from '../../client/format.ts'
import { readChoice, storeChoice } from '../../client/stored-choice.ts'
import { Dialog } from '../../components/dialog.tsx'
import { loadLater } from '../../components/load-later.tsx'
import { useFindings } from '../../health/finding-store.ts'
import { titleOf } from '../../health/titles.ts'
import { hasChannel } from '../channels/has-channel.ts'
import { t as channels } from '../channels/messages.ts'
import { startOutput } from '../commands.ts'
import { t } from '../messages.ts'
import { useShow } from '../show-store.ts'
import type { CanvasPart, Collection, Output, ProgramState } from '../types.ts'
import { isOn } from './live-actions.ts'
import { OutputDialog } from './output-dialog.tsx'
import { qualityWords, targetWords } from './output-words.ts'
import { type Doubt, doubtsOf, isLiveOutput, showDoubts, uploadKbps } from './readiness.ts'
import { type Service, serviceOf, serviceTitle } from './services.ts'

/** Loaded when it is opened. */
const ChannelDialog = loadLater(async () => (await import('../channels/channel-dialog.tsx')).ChannelDialog)

interface GoLiveDialogProps {
  readonly document: Collection
  readonly program: ProgramState
  readonly canvas: CanvasPart
  readonly onClose: () => void
}

/** The checklist before going live: what starts, where to, at which quality, and what is not ready. */
export function GoLiveDialog({ document, program, canvas, onClose }: GoLiveDialogProps) {
  const engine = useShow((state) => state.engine)
  const offered = document.outputs.filter((output) => (isLiveOutput(output) || output.kind === 'recording') && !isOn(output))
  const [left, setLeft] = useState<ReadonlySet<string>>(() => {
    // Recordings are as they were ticked the last time, or as the guide was answered.
    const recordsToo = readChoice('record-too', ['no', 'yes']) === 'yes'
    const isWanted = (output: Output): boolean => isLiveOutput(output) || recordsToo
    return new Set(offered.filter((output) => !isWanted(output) || doubtsOf(output).some(({ blocks }) => blocks)).map(({ id }) => id))
  })
  const [changed, setChanged] = useState<Output | 'new' | null>(null)
  const [titles, setTitles] = useState<Service | null>(null)
  const chosen = offered.filter(({ id }) => !left.has(id))
  const onAir = program.canvases.map((each) => each.program)
  const about = showDoubts(document, onAir, engine === 'running')
  const blocked = [...about, ...chosen.flatMap(doubtsOf)].some(({ blocks }) => blocks)
  const upload = uploadKbps(chosen)
  const findings = (useFindings() ?? []).filter(({ severity }) => severity !== 'info')
  const closeOutput = (): void => {
    // Who corrects an output wants it.
    if (changed !== null && changed !== 'new') setLeft(new Set([...left].filter((id) => id !== changed.id)))
    setChanged(null)
  }
  if (changed !== null) {
    return <OutputDialog document={document} canvas={canvas} output={changed === 'new' ? undefined : changed} onClose={closeOutput} />
  }
  if (titles !== null && hasChannel(titles.id)) {
    return <ChannelDialog service={titles.id} name={serviceTitle(titles)} onClose={() => setTitles(null)} />
  }
  const start = (): void => {
    for (const { id } of chosen) void startOutput(id)
    const recordings = offered.filter((output) => !isLiveOutput(output))
    if (recordings.length > 0) storeChoice('record-too', recordings.some((output) => chosen.includes(output)) ? 'yes' : 'no')
    onClose()
  }
  return (
    <Dialog title={t.goLive.title} onClose={onClose} testId="go-live-dialog">
      <p className="quiet">{t.goLive.text}</p>
      <ul className="checklist">
        {offered.map((output) => {
          const doubts = doubtsOf(output)
          const isChosen = !left.has(output.id)
          const service = serviceOf(output)
          return (
            <li key={output.id} data-testid="go-live-output" data-output={output.id}>
              <label className="check">
                <input
                  type="checkbox"
                  checked={isChosen}
                  onChange={(event) => {
                    const next = new Set(left)
                    if (event.currentTarget.checked) next.delete(output.id)
                    else next.add(output.id)
                    setLeft(next)
                  }}
                />
                <span>
                  <b>{output.name}</b>
                  <span className="quiet small">{targetWords(output)}</span>
                  <span className="quiet small">{qualityWords(output, document)}</span>
                </span>
              </label>
              {service !== undefined && hasChannel(service.id) && (
                <button type="button" className="button quiet fit-start" onClick={() => setTitles(service)} data-testid="go-live-titles">
                  {channels.open(serviceTitle(service))}…
                </button>
              )}
              {doubts.map((doubt) => (
                <DoubtLine key={doubt.code} doubt={doubt}>
                  <button type="button" className="button" onClick={() => setChanged(output)}>
                    {t.goLive.fix}
                  </button>
                </DoubtLine>
              ))}
            </li>
          )
        })}
        {offered.length === 0 && <li className="quiet">{t.goLive.none}</li>}
      </ul>
      <button type="button" className="button fit-start" onClick={() => setChanged('new')} data-testid="go-live-add">
        {t.goLive.addPlace}
      </button>
      <div className="checklist-about">
        {about.map((doubt) => (
          <DoubtLine key={doubt.code} doubt={doubt} />
        ))}
        {findings.map((finding) => (
          <p key={finding.id} className="doubt" data-doubt={finding.code}>
            <TriangleAlert size={16} /> <span>{titleOf(finding)}</span>
            <Link href="/health">{t.goLive.health}</Link>
          </p>
        ))}
        {about.length + findings.length === 0 && (
          <p className="doubt good">
            <CircleCheck size={16} /> {t.goLive.ready}
          </p>
        )}
        {upload > 0 && <p className="quiet small">{t.goLive.upload(formatBitrate(upload))}</p>}
      </div>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {t.cancel}
        </button>
        <button
          type="button"
          className="button primary go-live"
          disabled={blocked || chosen.length === 0}
          onClick={start}
          data-testid="go-live-start"
        >
          {t.goLive.action(chosen.length)}
        </button>
      </div>
    </Dialog>
  )
}

function DoubtLine({ doubt, children }: { readonly doubt: Doubt; readonly children?: ReactNode }) {
  const Icon = doubt.blocks ? CircleAlert : TriangleAlert
  return (
    <p className={doubt.blocks ? 'doubt bad' : 'doubt'} data-doubt={doubt.code}>
      <Icon size={16} /> <span>{t.goLive.doubts[doubt.code]}</span> {children}
    </p>
  )
}
