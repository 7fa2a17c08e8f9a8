import { useEffect, useState } from 'react'
import type { Destination, DestinationTemplate } from '../../../src-main/live/relay/push/schemas.ts'
import { call, explain } from '../../client/api.ts'
import { formatBitrate, formatTrack } from '../../client/format.ts'
import { useResource } from '../../client/resource.ts'
import type { Stream } from '../../client/types.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { FormError } from '../../components/form-error.tsx'
import { notify } from '../../components/toasts.tsx'
import { live as t } from '../../messages/page.ts'
import { renditions } from '../renditions/rendition-stores.ts'
import { ProtocolFields, protocolBody, protocolFieldsOf } from './protocol-fields.tsx'

interface DestinationDialogProps {
  readonly stream: Stream
  /** The one to change; a new one where absent. */
  readonly destination: Destination | undefined
  readonly onClose: () => void
}

/** Adds a destination from a template, or changes one. */
export function DestinationDialog({ stream, destination, onClose }: DestinationDialogProps) {
  const [templates, setTemplates] = useState<readonly DestinationTemplate[]>([])
  const [rejection, setRejection] = useState('')
  const [chosen, setChosen] = useState<DestinationTemplate['id']>(destination?.template ?? 'youtube')
  useEffect(() => {
    const stop = new AbortController()
    call('GET', '/live/destination-templates', { signal: stop.signal })
      .then(({ items }) => setTemplates(items))
      .catch((error: unknown) => {
        if (!stop.signal.aborted) setRejection(explain(error))
      })
    return () => stop.abort()
  }, [])
  const template = templates.find(({ id }) => id === chosen)
  return (
    <Dialog title={destination ? t.editNamed(destination.label) : t.addADestination} onClose={onClose} testId="destination-dialog">
      {!destination && (
        <fieldset className="segmented destination-templates">
          <legend className="sr-only">{t.service}</legend>
          {templates.map(({ id, name }) => (
            <label key={id} className={id === chosen ? 'chosen' : ''}>
              <input type="radio" name="template" checked={id === chosen} onChange={() => setChosen(id)} data-testid={`template-${id}`} />
              {name}
            </label>
          ))}
        </fieldset>
      )}
      <FormError text={rejection} />
      {template && <DestinationForm key={chosen} stream={stream} destination={destination} template={template} onClose={onClose} />}
    </Dialog>
  )
}

function DestinationForm({ stream, destination, template, onClose }: DestinationDialogProps & { readonly template: DestinationTemplate }) {
  const [label, setLabel] = useState(destination?.label ?? '')
  const [url, setUrl] = useState(destination?.url ?? template.servers[0]?.url ?? '')
  const [key, setKey] = useState('')
  const [rendition, setRendition] = useState(destination?.rendition ?? 'source')
  const [audioTrack, setAudioTrack] = useState(destination?.audioTrack ?? '')
  const [enabled, setEnabled] = useState(destination?.enabled ?? true)
  const [protocolFields, setProtocolFields] = useState(() => protocolFieldsOf(destination))
  const made = useResource(renditions, stream.id)
  const videos = stream.tracks.filter(({ kind }) => kind === 'video')
  const audioTracks = stream.tracks.filter(({ kind }) => kind === 'audio')
  const rungs = made?.renditions.filter(({ id }) => !videos.some((track) => track.id === id)) ?? []
  const known = rendition === 'source' || videos.some(({ id }) => id === rendition) || rungs.some(({ id }) => id === rendition)
  const moved = destination !== undefined && serverOf(url) !== serverOf(destination.url)
  const submit = async () => {
    const name = label.trim()
    const body = {
      url,
      rendition,
      enabled,
      audioTrack: audioTrack === '' ? null : audioTrack,
      ...(name ? { label: name } : {}),
      ...(key ? { key } : {}),
      ...protocolBody(template.protocol, url, protocolFields),
    }
    const list = `/live/streams/${stream.name}/destinations` as const
    if (destination) await call('PATCH', `${list}/${destination.id}`, { body })
    else await call('POST', list, { body: { template: template.id, ...body } })
    notify(destination ? t.theDestinationWasChanged : t.theDestinationWasAdded)
    onClose()
  }
  return (
    <DialogForm onClose={onClose} onSubmit={submit} action={destination ? t.save : t.add} testId="destination-submit">
      <div className="field">
        <label htmlFor="destination-url">{t.server}</label>
        {template.urlEditable ? (
          <input
            id="destination-url"
            className="input"
            value={url}
            placeholder={template.urlLooksLike}
            onChange={(event) => setUrl(event.target.value)}
            spellCheck={false}
            autoComplete="off"
            required
            data-testid="destination-url"
          />
        ) : (
          <select
            id="destination-url"
            className="input"
            value={url}
            onChange={(event) => setUrl(event.target.value)}
            data-testid="destination-url"
          >
            {template.servers.map((server) => (
              <option key={server.url} value={server.url}>
                {server.label}: {server.url}
              </option>
            ))}
          </select>
        )}
        <span className="hint">{template.limits}</span>
      </div>
      <div className="field">
        <label htmlFor="destination-key">{template.keyName}</label>
        <input
          id="destination-key"
          className="input"
          type="password"
          value={key}
          onChange={(event) => setKey(event.target.value)}
          placeholder={destination?.keyHint == null ? '' : moved ? t.enterItAgain : t.unchanged}
          autoComplete="new-password"
          required={template.keyRequired && !destination}
          data-testid="destination-key"
        />
        <span className="hint">{t.itIsKeptEncryptedAnd(template.keyLooksLike)}</span>
        {moved && (
          <span className="hint" data-testid="destination-moved">
            {t.aStoredKeyOrPassphrase}
          </span>
        )}
      </div>
      <div className="field">
        <label htmlFor="destination-label">{t.label}</label>
        <input
          id="destination-label"
          className="input"
          value={label}
          maxLength={100}
          placeholder={template.name}
          onChange={(event) => setLabel(event.target.value)}
          data-testid="destination-label"
        />
      </div>
      <ProtocolFields
        protocol={template.protocol}
        url={url}
        hasPassphrase={(destination?.hasPassphrase ?? false) && !moved}
        fields={protocolFields}
        onChange={setProtocolFields}
      />
      {template.protocol !== 'whip' && (
        <div className="destination-tracks">
          <div className="field">
            <label htmlFor="destination-rendition">{t.video}</label>
            <select id="destination-rendition" className="input" value={rendition} onChange={(event) => setRendition(event.target.value)}>
              <option value="source">{t.sourceUntouched}</option>
              {videos.map((track) => (
                <option key={track.id} value={track.id}>
                  {track.id}: {formatTrack(track)}
                </option>
              ))}
              {rungs.map(({ id, width, height, targetKbps }) => (
                <option key={id} value={id}>
                  {id}: {width}×{height}, {formatBitrate(targetKbps)}
                </option>
              ))}
              {!known && <option value={rendition}>{rendition}</option>}
            </select>
          </div>
          <div className="field">
            <label htmlFor="destination-audio">{t.audio}</label>
            <select id="destination-audio" className="input" value={audioTrack} onChange={(event) => setAudioTrack(event.target.value)}>
              <option value="">{t.firstTrack}</option>
              {audioTracks.map((track) => (
                <option key={track.id} value={track.id}>
                  {track.id}: {formatTrack(track)}
                </option>
              ))}
              {audioTrack !== '' && !audioTracks.some(({ id }) => id === audioTrack) && <option value={audioTrack}>{audioTrack}</option>}
            </select>
          </div>
        </div>
      )}
      <label className="row">
        <input type="checkbox" checked={enabled} onChange={(event) => setEnabled(event.target.checked)} /> {t.startsWithTheStream}
      </label>
    </DialogForm>
  )
}

/** Protocol, host and port, as they are written. */
function serverOf(url: string): string {
  return /^[a-z0-9+.-]+:\/\/[^/?#]*/.exec(url.trim().toLowerCase())?.[0] ?? ''
}
