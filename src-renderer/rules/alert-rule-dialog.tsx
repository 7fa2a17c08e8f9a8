import { useState } from 'react'
import { call } from '../client/api.ts'
import { useClient } from '../client/store.ts'
import type { AlertChannel, AlertKind } from '../client/types.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { rules as t } from '../messages/page.ts'

export const kindText = (): Readonly<Record<AlertKind, string>> => ({
  'publisher-lost': t.thePublisherIsAway,
  'no-keyframe': t.noKeyframeComes,
  'bitrate-collapse': t.theBitrateCollapses,
  'av-drift': t.audioAndVideoDriftApart,
  'frames-dropped': t.framesAreMissing,
  'encoder-behind': t.theEncoderOfTheLadder,
  'destination-failed': t.aDestinationIsNotReached,
  'disk-low': t.theDiskIsNearlyFull,
  'attack': t.aNodeIsAttacked,
})

/** Label and usual value of the kinds that have a threshold. */
const thresholds = (): Partial<Record<AlertKind, readonly [string, number]>> => ({
  'no-keyframe': [t.secondsWithoutAKeyframe, 10],
  'bitrate-collapse': [t.percentOfTheMinuteBefore, 30],
  'av-drift': [t.millisecondsApart, 150],
  'disk-low': [t.gigabytesLeft, 5],
})

interface Props {
  readonly channels: readonly AlertChannel[]
  readonly onClose: () => void
  readonly onMade: () => void
}

/** Makes an alert. */
export function AlertRuleDialog({ channels, onClose, onMade }: Props) {
  const streams = useClient((state) => state.streams)
  const [kind, setKind] = useState<AlertKind>('publisher-lost')
  const [stream, setStream] = useState('')
  const [threshold, setThreshold] = useState('')
  const [chosen, setChosen] = useState<readonly string[]>(channels.map(({ id }) => id))
  const limit = thresholds()[kind]
  const submit = async () => {
    const value = Number(threshold)
    await call('POST', '/live/alert-rules', {
      body: {
        kind,
        stream: stream === '' ? null : stream,
        threshold: limit && threshold.trim() !== '' && Number.isFinite(value) ? value : null,
        channels: chosen,
      },
    })
    onMade()
  }
  return (
    <Dialog title={t.newAlert} onClose={onClose} testId="alert-rule-dialog">
      <DialogForm onClose={onClose} onSubmit={submit} action={t.createAlert} testId="alert-rule-submit">
        <div className="field">
          <label htmlFor="alert-kind">{t.when}</label>
          <select
            id="alert-kind"
            className="input"
            value={kind}
            onChange={(event) => {
              setKind(event.target.value as AlertKind)
              setThreshold('')
            }}
            data-testid="alert-kind"
          >
            {Object.entries(kindText()).map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </div>
        {kind !== 'disk-low' && kind !== 'attack' && (
          <div className="field">
            <label htmlFor="alert-stream">{t.stream}</label>
            <select id="alert-stream" className="input" value={stream} onChange={(event) => setStream(event.target.value)}>
              <option value="">{t.everyStream}</option>
              {Object.values(streams).map(({ id, name }) => (
                <option key={id} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </div>
        )}
        {limit && (
          <div className="field">
            <label htmlFor="alert-threshold">{limit[0]}</label>
            <input
              id="alert-threshold"
              className="input number"
              inputMode="decimal"
              value={threshold}
              placeholder={String(limit[1])}
              onChange={(event) => setThreshold(event.target.value)}
            />
          </div>
        )}
        {channels.length > 0 ? (
          <fieldset className="plain">
            <legend>{t.notify}</legend>
            {channels.map(({ id, label }) => (
              <label key={id} className="check">
                <input
                  type="checkbox"
                  checked={chosen.includes(id)}
                  onChange={({ target }) => setChosen(target.checked ? [...chosen, id] : chosen.filter((each) => each !== id))}
                />
                {label}
              </label>
            ))}
          </fieldset>
        ) : (
          <p className="quiet small">{t.thereIsNoChannelYet}</p>
        )}
      </DialogForm>
    </Dialog>
  )
}
