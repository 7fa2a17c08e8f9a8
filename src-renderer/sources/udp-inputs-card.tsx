import { type FormEvent, useState } from 'react'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import { inLanguage } from '../client/host-error.ts'
import { EntityTable } from '../components/entity-table.tsx'
import { useIsAdmin } from '../components/page.ts'
import { notifyError } from '../components/toasts.tsx'
import { sources as t } from '../messages/page.ts'
import { udpInputs } from './source-stores.ts'

/** Transport streams that are expected over UDP: their state, a new one, and their end. */
export function UdpInputsCard() {
  const admin = useIsAdmin()
  const inputs = Object.values(useCollection(udpInputs).items)
  const [stream, setStream] = useState('')
  const [url, setUrl] = useState('')
  const add = (event: FormEvent) => {
    event.preventDefault()
    call('POST', '/live/udp-inputs', { body: { stream, url } }).then(() => {
      setStream('')
      setUrl('')
    }, notifyError)
  }
  return (
    <section className="card" aria-label={t.udpInputs}>
      <header>
        <h2>{t.mpegTsOverUdp}</h2>
      </header>
      <div className="card-body stack">
        {inputs.length === 0 && <p className="quiet">{t.noUdpInputsYetGive}</p>}
        {inputs.length > 0 && (
          <EntityTable
            items={inputs}
            testId="udp-inputs"
            columns={[
              { title: t.stream, cell: ({ stream }) => stream },
              { title: t.url, cell: ({ url }) => <code>{url}</code> },
              {
                title: t.state,
                cell: ({ state, error }) =>
                  error ? <span title={inLanguage(error).remedy}>{inLanguage(error).message}</span> : t.udpStates[state],
              },
            ]}
            actions={({ id }) =>
              admin && (
                <button
                  type="button"
                  className="button"
                  onClick={() => call('DELETE', `/live/udp-inputs/${id}`).catch(notifyError)}
                  data-testid="udp-remove"
                >
                  {t.remove}
                </button>
              )
            }
          />
        )}
        {admin && (
          <form className="stack" onSubmit={add}>
            <label className="field">
              <span>{t.stream}</span>
              <input
                className="input"
                value={stream}
                onChange={(event) => setStream(event.target.value)}
                placeholder={t.tower}
                required
                data-testid="udp-stream"
              />
            </label>
            <label className="field">
              <span>{t.url}</span>
              <input
                className="input"
                value={url}
                onChange={(event) => setUrl(event.target.value)}
                placeholder="udp://@239.1.1.1:5000"
                required
                data-testid="udp-url"
              />
            </label>
            <div>
              <button type="submit" className="button" data-testid="udp-add">
                {t.awaitIt}
              </button>
            </div>
          </form>
        )}
      </div>
    </section>
  )
}
