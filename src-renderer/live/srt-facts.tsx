import { Collection, useCollection } from '../client/collection.ts'
import { decimal } from '../messages/numbers.ts'
import { live as t } from '../messages/page.ts'

const connections = new Collection({ path: '/live/srt-connections', updated: ['srt.statistics'] })

/** How the network between an SRT publisher and the host is, measured on the connection. */
export function SrtFacts({ streamId }: { readonly streamId: string }) {
  const { items } = useCollection(connections, { streamId })
  const info = Object.values(items).findLast(({ role }) => role === 'publish')
  return (
    <dl className="facts" data-testid="srt-facts">
      <div>
        <dt>{t.roundTrip}</dt>
        <dd>{info ? t.milliseconds(decimal(info.rttMs, info.rttMs < 10 ? 1 : 0)) : '–'}</dd>
      </div>
      <div>
        <dt>{t.srtLatency}</dt>
        <dd>{info ? t.milliseconds(info.latencyMs) : '–'}</dd>
      </div>
      <div>
        <dt>{t.lostSentAgain}</dt>
        <dd>{info ? `${info.lost} / ${info.retransmitted}` : '–'}</dd>
      </div>
      <div>
        <dt>{t.notRecovered}</dt>
        <dd className={info && info.dropped > 0 ? 'warn' : ''} title={t.packetsThatCameTooLate}>
          {info ? info.dropped : '–'}
        </dd>
      </div>
      <div>
        <dt>{t.encrypted}</dt>
        <dd>{info ? (info.encrypted ? 'yes' : 'no') : '–'}</dd>
      </div>
    </dl>
  )
}
