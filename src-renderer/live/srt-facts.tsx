import type { SrtConnectionInfo } from '../../src-main/live/protocols/srt/srt-schemas.ts'
import { Collection, useCollection } from '../client/collection.ts'

const connections = new Collection<SrtConnectionInfo>({ path: '/live/srt-connections', updated: ['srt.statistics'] })

/** How the network between an SRT publisher and the host is, measured on the connection. */
export function SrtFacts({ streamId }: { readonly streamId: string }) {
  const { items } = useCollection(connections, { streamId })
  const info = Object.values(items).findLast(({ role }) => role === 'publish')
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
        <dt>Not recovered</dt>
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
