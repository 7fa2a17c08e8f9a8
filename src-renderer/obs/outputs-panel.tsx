import { useEffect, useState } from 'react'
import type { Answer } from '../../src-main/api/typed-api.ts'
import type { ObsMirror } from '../../src-main/obs/schemas/mirror.ts'
import { call, reportProblem } from '../client/api.ts'
import { confirm } from '../components/dialog.tsx'
import { t } from './messages.ts'
import { Panel, type PanelProps, send } from './panel.tsx'

type State = ObsMirror['outputs']['stream']

const chips: Readonly<Record<State, string>> = {
  stopped: '',
  starting: 'pending',
  started: 'live',
  stopping: 'pending',
  reconnecting: 'reconnecting',
  paused: 'pending',
}

/** What leaves OBS: its stream, recording, replay buffer and virtual camera. */
export function OutputsPanel({ id, mirror: { outputs }, editor, name }: PanelProps & { readonly name: string }) {
  const { stream, record, recordPath, replay, replayPath, virtualCamera } = outputs
  const files = useFiles(id, editor, outputs)
  const stopStream = async (): Promise<void> => {
    if (await confirm(t.stopStreamTitle(name), t.stopStreamText, t.stopStream))
      await call('POST', `/obs/${id}/stream`, { body: { action: 'stop' } })
  }
  const act = (output: 'stream' | 'record' | 'replay' | 'virtual-camera', action: string) => (): void =>
    send(call('POST', `/obs/${id}/${output}` as '/obs/ID/stream', { body: { action: action as 'start' } }))
  return (
    <Panel title={t.outputs} testId="obs-outputs">
      <ul className="obs-list">
        <Output title={t.stream} state={stream} testId="obs-stream">
          {editor && (
            <Button
              on={stream !== 'stopped'}
              start={t.startStream}
              stop={t.stopStream}
              onStart={act('stream', 'start')}
              onStop={() => send(stopStream())}
            />
          )}
        </Output>
        <Output title={t.record} state={record} file={files.record ?? recordPath} testId="obs-record">
          {editor && record !== 'stopped' && (
            <button type="button" className="button" onClick={act('record', record === 'paused' ? 'resume' : 'pause')}>
              {record === 'paused' ? t.resumeRecording : t.pauseRecording}
            </button>
          )}
          {editor && (
            <Button
              on={record !== 'stopped'}
              start={t.startRecording}
              stop={t.stopRecording}
              onStart={act('record', 'start')}
              onStop={act('record', 'stop')}
            />
          )}
        </Output>
        {replay !== null && (
          <Output title={t.replay} state={replay} file={files.replay ?? replayPath} testId="obs-replay">
            {editor && replay !== 'stopped' && (
              <button type="button" className="button" onClick={act('replay', 'save')}>
                {t.saveReplay}
              </button>
            )}
            {editor && (
              <Button
                on={replay !== 'stopped'}
                start={t.startReplay}
                stop={t.stopReplay}
                onStart={act('replay', 'start')}
                onStop={act('replay', 'stop')}
              />
            )}
          </Output>
        )}
        {virtualCamera !== null && (
          <Output title={t.camera} state={virtualCamera} testId="obs-camera">
            {editor && (
              <Button
                on={virtualCamera !== 'stopped'}
                start={t.startCamera}
                stop={t.stopCamera}
                onStart={act('virtual-camera', 'start')}
                onStop={act('virtual-camera', 'stop')}
              />
            )}
          </Output>
        )}
      </ul>
    </Panel>
  )
}

/** Whole paths, for editors: the mirror has names alone. */
function useFiles(id: string, editor: boolean, { recordPath, replayPath }: ObsMirror['outputs']): Answer<'GET', '/obs/*/files'> {
  const [files, setFiles] = useState<Answer<'GET', '/obs/*/files'>>({ record: null, replay: null })
  useEffect(() => {
    if (!editor || (recordPath === null && replayPath === null)) return
    const stop = new AbortController()
    call('GET', `/obs/${id}/files`, { signal: stop.signal })
      .then(setFiles)
      .catch((error: unknown) => {
        if (!stop.signal.aborted) reportProblem(error)
      })
    return () => stop.abort()
  }, [id, editor, recordPath, replayPath])
  return files
}

interface OutputProps {
  readonly title: string
  readonly state: State
  readonly file?: string | null
  readonly testId: string
  readonly children: React.ReactNode
}

function Output({ title, state, file = null, testId, children }: OutputProps) {
  return (
    <li className="obs-output" data-testid={testId} data-state={state}>
      <div className="row">
        <span className="obs-entry-name">{title}</span>
        <span className={`chip ${chips[state]}`}>{t.outputStates[state]}</span>
      </div>
      {file !== null && (
        <p className="quiet small obs-file" title={file}>
          {t.file(file)}
        </p>
      )}
      <div className="row">{children}</div>
    </li>
  )
}

interface ButtonProps {
  readonly on: boolean
  readonly start: string
  readonly stop: string
  readonly onStart: () => void
  readonly onStop: () => void
}

function Button({ on, start, stop, onStart, onStop }: ButtonProps) {
  return (
    <button type="button" className="button" onClick={on ? onStop : onStart} data-testid="obs-toggle">
      {on ? stop : start}
    </button>
  )
}
