import { Counter, Gauge, type Registry } from 'prom-client'
import type { RtmpServer } from './server.ts'

/** The RTMP endpoints' figures on /metrics, read on request. No label carries text from the network. */
export function registerRtmpMetrics(registry: Registry, server: () => Pick<RtmpServer, 'connections' | 'counters'>): void {
  const registers = [registry]
  new Gauge({
    name: 'streams_rtmp_connections',
    help: 'RTMP connections open now',
    registers,
    collect() {
      this.set(server().connections())
    },
  })
  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }
  counter('streams_rtmp_connections_total', 'RTMP connections accepted', () => server().counters.accepted)
  counter('streams_rtmp_received_bytes_total', 'Bytes read from RTMP connections', () => server().counters.bytesIn)
  counter('streams_rtmp_sent_bytes_total', 'Bytes written to RTMP connections', () => server().counters.bytesOut)
  new Counter({
    name: 'streams_rtmp_refused_total',
    help: 'RTMP clients that were rejected or disconnected, by error code',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset()
      for (const [code, count] of server().counters.rejections) this.inc({ code }, count)
    },
  })
}
