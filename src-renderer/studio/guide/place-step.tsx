import { useId, useState } from 'react'
import { call, explain } from '../../client/api.ts'
import { keyHelpOf, type Service, services, serviceTitle } from '../outputs/services.ts'
import { t } from './messages.ts'

export interface Place {
  /** Id of the service; `host` for this host alone. */
  readonly service: string
  readonly server: string
  readonly key: string
}

const offered = services.filter(({ kind }) => kind === 'host' || kind === 'rtmp')

/** The service of a place. */
export const serviceOfPlace = ({ service }: Place): Service | undefined => offered.find(({ id }) => id === service)

/** Whether the fields say enough for an output. */
export const isComplete = (place: Place): boolean => {
  const service = serviceOfPlace(place)
  if (service === undefined || service.kind === 'host') return true
  if (service.servers.length > 0) return place.key.trim() !== ''
  return /^rtmps?:\/\/[^\s/]/.test(place.server.trim())
}

interface PlaceStepProps {
  readonly place: Place
  readonly onChange: (place: Place) => void
}

/** The first place that the show goes to. */
export function PlaceStep({ place, onChange }: PlaceStepProps) {
  const id = useId()
  const service = serviceOfPlace(place)
  const help = service && keyHelpOf(service)
  const [check, setCheck] = useState<{ readonly of: string; readonly text: string; readonly bad: boolean } | null>(null)
  const server = place.server.trim()
  const tryServer = async (): Promise<void> => {
    setCheck({ of: server, text: t.checking, bad: false })
    try {
      const { tookMs } = await call('POST', '/studio/server-check', { body: { url: server } })
      setCheck({ of: server, text: t.answers(tookMs), bad: false })
    } catch (error) {
      setCheck({ of: server, text: explain(error), bad: true })
    }
  }
  return (
    <>
      <p className="quiet">{t.placeHelp}</p>
      <fieldset className="guide-places">
        <legend className="sr-only">{t.place}</legend>
        {offered.map((each) => (
          <label key={each.id} className="check" data-testid={`place-${each.id}`}>
            <input
              type="radio"
              name={id}
              checked={each.id === place.service}
              onChange={() => onChange({ ...place, service: each.id, server: each.servers[0] ?? '' })}
            />
            {each.kind === 'host' ? t.hostOnly : serviceTitle(each)}
          </label>
        ))}
      </fieldset>
      {service?.kind === 'host' && <p className="quiet">{t.hostOnlyHelp}</p>}
      {service !== undefined && service.kind !== 'host' && (
        <>
          {service.servers.length === 0 && (
            <div className="field">
              <label htmlFor="guide-server">{t.server}</label>
              <input
                id="guide-server"
                className="input"
                value={place.server}
                maxLength={500}
                placeholder="rtmp://server.example/live"
                onChange={(event) => onChange({ ...place, server: event.currentTarget.value })}
                data-testid="guide-server"
              />
            </div>
          )}
          <div className="field">
            <label htmlFor="guide-key">{t.key}</label>
            <input
              id="guide-key"
              className="input"
              type="password"
              autoComplete="off"
              value={place.key}
              aria-describedby="guide-key-help"
              onChange={(event) => onChange({ ...place, key: event.currentTarget.value })}
              data-testid="guide-key"
            />
            <span className="hint" id="guide-key-help">
              {help} {t.checkLater}
            </span>
          </div>
          <div className="guide-check">
            <button type="button" className="button" disabled={server === ''} onClick={() => void tryServer()} data-testid="guide-check">
              {t.check}
            </button>
            <p role="status" className={check?.bad === true ? 'bad' : 'quiet'} data-testid="guide-checked" data-bad={check?.bad}>
              {check !== null && check.of === server && check.text}
            </p>
          </div>
        </>
      )}
    </>
  )
}
