import { useEffect, useState } from 'react'
import type { SrtConnectionInfo } from '../../src-main/live/ingest/srt/srt-schemas.ts'
import { call } from '../client/api.ts'

const everyMs = 2000

/** How the network between an SRT publisher and the host is, measured on the connection. */
export function SrtFacts({ streamId }: { readonly streamId: string }) {
  const [info, setInfo] = useState<SrtConnectionInfo>()
  useEffect(() => {
    let gone = false
    const read = () => {
      call<{ items: readonly SrtConnectionInfo[] }>('GET', '/live/srt-connections').then(
        ({ items }) => {
          if (!gone) setInfo(items.find((item) => item.role === 'publish' && item.streamId === streamId))
        },
        () => undefined,
      )
    }
    read()
    const timer = setInterval(read, everyMs)
    return () => {
      gone = true
      clearInterval(timer)
    }
  }, [streamId])
  return (
    <dl className="facts" data-testid="srt-facts">
      <div>
        <dt>Round trip</dt>
        <dd>{info ? `${info.rttMs.toFixed(info.rttMs < 10 ? 1 : 0)} ms` : '–'}</dd>
      </div>
      <div>
        <dt>SRT latency</dt>
        <dd>{info ? `${info.latencyMs} ms` : '–'}</dd>
      </div>
      <div>
        <dt>Lost / sent again</dt>
        <dd>{info ? `${info.lost} / ${info.retransmitted}` : '–'}</dd>
      </div>
      <div>
        <dt>Not mended</dt>
        <dd className={info && info.dropped > 0 ? 'warn' : ''} title="Packets that came too late or never: raise the latency">
          {info ? info.dropped : '–'}
        </dd>
      </div>
      <div>
        <dt>Encrypted</dt>
        <dd>{info ? (info.encrypted ? 'yes' : 'no') : '–'}</dd>
      </div>
    </dl>
  )
}
