import { useState } from 'react'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { t } from '../messages.ts'
import { freeId, freeName } from '../places.ts'
import { edit } from '../show-store.ts'
import type { CanvasPart, Collection, Output } from '../types.ts'
import { PathButton } from '../uploads/path-button.tsx'
import { isOn } from './live-actions.ts'
import { keyHelpOf, type Service, serviceOf, services, serviceTitle } from './services.ts'

interface OutputDialogProps {
  readonly document: Collection
  readonly canvas: CanvasPart
  /** The output that is changed; undefined for a new one. */
  readonly output?: Output | undefined
  readonly onClose: () => void
}

/** Adds or changes an output: first where to, then the server, the key and the quality. */
export function OutputDialog({ document, canvas, output, onClose }: OutputDialogProps) {
  const [service, setService] = useState<Service | undefined>(output === undefined ? undefined : serviceOf(output))
  if (service === undefined && output === undefined) {
    return (
      <Dialog title={t.outputs.add} onClose={onClose} testId="add-output-dialog">
        <p className="quiet">{t.outputs.chooseService}</p>
        <div className="kind-grid">
          {services.map((each) => (
            <button key={each.id} type="button" className="kind" onClick={() => setService(each)} data-testid={`service-${each.id}`}>
              {serviceTitle(each)}
            </button>
          ))}
        </div>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {t.cancel}
          </button>
        </div>
      </Dialog>
    )
  }
  return <OutputForm service={service} document={document} canvas={canvas} output={output} onClose={onClose} />
}

const heights = [2160, 1440, 1080, 720, 480, 360]
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

interface OutputFormProps extends OutputDialogProps {
  readonly service: Service | undefined
}

function OutputForm({ service, document, canvas, output, onClose }: OutputFormProps) {
  const kind = output?.kind ?? service?.kind ?? 'rtmp'
  const { settings = {} } = output ?? {}
  const sends = kind === 'rtmp' || kind === 'srt' || kind === 'whip'
  const video = output === undefined ? undefined : output.video
  const [server, setServer] = useState(text(settings.url) || (service?.servers[0] ?? ''))
  const isOwnServer = service === undefined || !service.servers.includes(server)
  const save = async (fields: FormData): Promise<void> => {
    const field = (name: string): string => String(fields.get(name) ?? '').trim()
    const name = field('name') || (service ? serviceTitle(service) : kind)
    const changes: Record<string, unknown> = {}
    if (kind === 'host') Object.assign(changes, { stream: field('stream'), title: field('title') })
    if (sends) {
      Object.assign(changes, { url: server.trim(), adaptive: fields.has('adaptive') })
      // An empty field leaves the key as it is.
      if (field('key') !== '' || output === undefined) changes.key = field('key')
    }
    if (kind === 'srt' && (field('passphrase') !== '' || output === undefined)) changes.passphrase = field('passphrase')
    if (kind === 'recording') Object.assign(changes, { folder: field('folder'), container: field('container') })
    if (kind === 'replay') Object.assign(changes, { folder: field('folder'), seconds: Number(field('seconds')) })
    if (kind === 'virtual-camera') changes.name = field('camera')
    const height = Number(field('height'))
    const encoding =
      video === null || kind === 'virtual-camera'
        ? {}
        : {
            video: {
              height: height === 0 || height === canvas.height ? null : height,
              bitrateKbps: Number(field('bitrate')),
              codec: field('codec'),
            },
          }
    if (output === undefined) {
      const value = {
        id: freeId(name, document.outputs),
        name: freeName(name, document.outputs),
        kind,
        canvas: canvas.id,
        settings: changes,
      }
      await edit([{ do: 'add', to: 'outputs', value: { ...value, ...encoding } }])
    } else await edit([{ do: 'change', at: `outputs/${output.id}`, changes: { name, settings: changes, ...encoding } }])
    onClose()
  }
  const title = service ? serviceTitle(service) : t.outputs.kindTitle(kind)
  return (
    <Dialog title={output === undefined ? t.outputs.addTo(title) : t.outputs.change(output.name)} onClose={onClose} testId="output-dialog">
      <DialogForm onClose={onClose} onSubmit={save} action={output === undefined ? t.outputs.add : t.outputs.save} testId="save-output">
        {output !== undefined && isOn(output) && <p className="advice">{t.outputs.restarts}</p>}
        <TextRow id="name" label={t.name} value={output?.name ?? title} />
        {kind === 'host' && (
          <>
            <TextRow
              id="stream"
              label={t.outputs.stream}
              value={text(settings.stream) || freeStream(document)}
              pattern="[a-z0-9][a-z0-9_\-]{0,63}"
              help={t.outputs.streamHelp}
            />
            <TextRow id="title" label={t.outputs.streamTitle} value={text(settings.title)} optional />
          </>
        )}
        {sends && service !== undefined && service.servers.length > 0 && (
          <div className="field">
            <label htmlFor="server-choice">{t.outputs.server}</label>
            <select
              id="server-choice"
              className="input"
              value={isOwnServer ? '' : server}
              onChange={(event) => setServer(event.currentTarget.value)}
            >
              {service.servers.map((each) => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
              <option value="">{t.outputs.otherServer}</option>
            </select>
          </div>
        )}
        {sends && isOwnServer && (
          <div className="field">
            <label htmlFor="server">{t.outputs.serverUrl}</label>
            <input
              id="server"
              className="input"
              value={server}
              required
              placeholder={t.outputs.urlExample(kind)}
              onChange={(event) => setServer(event.currentTarget.value)}
              data-testid="output-server"
            />
          </div>
        )}
        {sends && (
          <SecretRow
            id="key"
            label={kind === 'whip' ? t.outputs.token : kind === 'srt' ? t.outputs.streamId : t.outputs.key}
            stored={text(settings.key) !== ''}
            help={service && keyHelpOf(service)}
          />
        )}
        {kind === 'srt' && <SecretRow id="passphrase" label={t.outputs.passphrase} stored={text(settings.passphrase) !== ''} />}
        {kind === 'replay' && (
          <div className="field">
            <label htmlFor="seconds">{t.outputs.replaySeconds}</label>
            <input
              id="seconds"
              name="seconds"
              className="input"
              type="number"
              min={5}
              max={1800}
              required
              defaultValue={typeof settings.seconds === 'number' ? settings.seconds : 30}
              data-testid="output-seconds"
            />
          </div>
        )}
        {kind === 'virtual-camera' && (
          <TextRow id="camera" label={t.outputs.cameraLabel} value={text(settings.name)} help={t.outputs.cameraHelp} optional />
        )}
        {(kind === 'recording' || kind === 'replay') && <FolderRow value={text(settings.folder)} />}
        {kind === 'recording' && (
          <div className="field">
            <label htmlFor="container">{t.outputs.container}</label>
            <select id="container" name="container" className="input" defaultValue={text(settings.container) || 'mp4'}>
              <option value="mp4">MP4</option>
              <option value="mkv">Matroska (MKV)</option>
            </select>
          </div>
        )}
        {video !== null && kind !== 'virtual-camera' && (
          <fieldset className="field-group">
            <legend>{t.outputs.quality}</legend>
            <div className="number-grid">
              <div className="field wide-on-phone">
                <label htmlFor="height">{t.outputs.resolution}</label>
                <select id="height" name="height" className="input" defaultValue={String(video?.height ?? 0)}>
                  <option value="0">{t.outputs.asCanvas(canvas.width, canvas.height)}</option>
                  {heights
                    .filter((each) => each < canvas.height)
                    .map((each) => (
                      <option key={each} value={each}>
                        {`${2 * Math.round((canvas.width * each) / canvas.height / 2)}×${each}`}
                      </option>
                    ))}
                </select>
              </div>
              <div className="field">
                <label htmlFor="bitrate">{t.outputs.bitrate}</label>
                <input
                  id="bitrate"
                  name="bitrate"
                  className="input"
                  type="number"
                  min={50}
                  max={200_000}
                  required
                  defaultValue={video?.bitrateKbps ?? service?.bitrateKbps ?? 6000}
                  data-testid="output-bitrate"
                />
              </div>
              <div className="field">
                <label htmlFor="codec">{t.outputs.codec}</label>
                <select id="codec" name="codec" className="input" defaultValue={video?.codec ?? 'h264'}>
                  <option value="h264">H.264</option>
                  <option value="hevc">HEVC</option>
                  <option value="av1">AV1</option>
                </select>
              </div>
            </div>
            {sends && (
              <label className="check">
                <input type="checkbox" name="adaptive" defaultChecked={settings.adaptive === true} />
                {t.outputs.adaptive}
              </label>
            )}
          </fieldset>
        )}
      </DialogForm>
    </Dialog>
  )
}

/** A name for a stream of this host that no output of the show has. */
const freeStream = ({ outputs }: Collection): string =>
  freeName(
    'studio',
    outputs.map(({ settings }) => ({ name: text(settings.stream) })),
  ).replace(' ', '-')

/** The folder that files are written into, with the chooser of the host's folders. */
function FolderRow({ value }: { readonly value: string }) {
  const [folder, setFolder] = useState(value)
  return (
    <div className="field">
      <label htmlFor="folder">{t.outputs.folder}</label>
      <div className="path-field">
        <input
          id="folder"
          name="folder"
          className="input"
          value={folder}
          maxLength={1000}
          aria-describedby="folder-help"
          onChange={(event) => setFolder(event.currentTarget.value)}
          data-testid="output-folder"
        />
        <PathButton what="folder" disabled={false} onChoose={([path = '']) => setFolder(path)} />
      </div>
      <span className="hint" id="folder-help">
        {t.outputs.folderHelp}
      </span>
    </div>
  )
}

interface TextRowProps {
  readonly id: string
  readonly label: string
  readonly value: string
  readonly help?: string
  readonly pattern?: string
  readonly optional?: boolean
}

function TextRow({ id, label, value, help, pattern, optional = false }: TextRowProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={id}
        className="input"
        defaultValue={value}
        maxLength={200}
        pattern={pattern}
        required={!optional}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        data-testid={`output-${id}`}
      />
      {help !== undefined && (
        <span className="hint" id={`${id}-help`}>
          {help}
        </span>
      )}
    </div>
  )
}

function SecretRow({
  id,
  label,
  stored,
  help,
}: {
  readonly id: string
  readonly label: string
  readonly stored: boolean
  readonly help?: string | undefined
}) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={id}
        className="input"
        type="password"
        autoComplete="off"
        maxLength={1000}
        placeholder={stored ? t.outputs.keyStored : undefined}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        data-testid={`output-${id}`}
      />
      {help !== undefined && (
        <span className="hint" id={`${id}-help`}>
          {help}
        </span>
      )}
    </div>
  )
}
