import { Radio } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import type { ObsMirror } from '../../src-main/obs/schemas/mirror.ts'
import { call } from '../client/api.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { t } from './messages.ts'
import type { ObsInstance } from './obs-stores.ts'

interface StreamHereProps {
  readonly instance: ObsInstance
  readonly mirror: ObsMirror
  readonly editor: boolean
}

/** Has an OBS stream to this host with one click, and leads to its stream once it does. */
export function StreamHere({ instance: { id, linkedStream }, mirror, editor }: StreamHereProps) {
  const [busy, setBusy] = useState(false)
  const streams = mirror.outputs.stream !== 'stopped'
  const start = async (): Promise<void> => {
    setBusy(true)
    try {
      const { stream } = await call('POST', `/obs/${id}/stream-to-host`, { body: {} })
      notify(t.toHostDone(stream))
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="card card-body obs-here" aria-label={t.toHost} data-testid="obs-here">
      {linkedStream !== null && streams ? (
        <>
          <p className="quiet small">{t.linked}</p>
          <Link href={`/live/${linkedStream.stream}`} className="button" data-testid="obs-linked">
            <Radio size={16} aria-hidden="true" /> {t.openStream(linkedStream.stream)}
          </Link>
        </>
      ) : (
        editor && (
          <>
            <button
              type="button"
              className="button primary"
              disabled={busy || streams}
              onClick={() => void start()}
              data-testid="obs-stream-here"
            >
              <Radio size={16} aria-hidden="true" /> {t.toHost}
            </button>
            <p className="quiet small" role="status">
              {busy ? t.toHostWait : t.toHostHelp}
            </p>
          </>
        )
      )}
    </section>
  )
}
