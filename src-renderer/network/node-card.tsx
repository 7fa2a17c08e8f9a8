import { Power, Trash2, TriangleAlert, Unplug } from 'lucide-react'
import type { ReactNode } from 'react'
import { call } from '../client/api.ts'
import { formatBytes } from '../client/format.ts'
import { Sparkline } from '../components/chart.tsx'
import { confirm } from '../components/dialog.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { bitrate, count, latency, percent, perSecond } from './figures.ts'
import { t } from './messages.ts'
import { type NodeItem, nodes } from './nodes.ts'
import { gapOf, pointsOf, ranges, type Traffic } from './traffic.ts'

/** A node: how it is, and what can be done with it, with more buttons in `tools`. `traffic` is the last hour by node. */
export function NodeCard({
  node,
  traffic,
  tools,
}: {
  readonly node: NodeItem
  readonly traffic: Traffic | undefined
  readonly tools: ReactNode
}) {
  const { id, name, enabled, connected, draining, publicUrl, remoteAddress, version } = node
  const act = async (work: () => Promise<unknown>, done: string): Promise<void> => {
    try {
      await work()
      notify(done)
    } catch (error) {
      notifyError(error)
    }
  }
  const toggle = (): Promise<void> =>
    act(
      () => nodes.keep(call('PATCH', `/network/nodes/${id}`, { body: { enabled: !enabled } })),
      enabled ? t.disabledNow(name) : t.enabledNow(name),
    )
  const drain = (): Promise<void> =>
    act(
      () => nodes.keep(call('PATCH', `/network/nodes/${id}`, { body: { draining: !draining } })),
      draining ? t.undrainedNow(name) : t.drainedNow(name),
    )
  const revoke = async (): Promise<void> => {
    if (await confirm(t.revokeTitle(name), t.revokeText, t.revokeAction))
      await act(() => call('DELETE', `/network/nodes/${id}`), t.revoked(name))
  }
  const state = !enabled ? 'ended' : connected ? 'live' : 'reconnecting'
  const drainLabel = draining ? t.undrain(name) : t.drain(name)
  return (
    <li className="card node-card" data-testid="node-card" data-node={id} data-state={state}>
      <div className="node-card-head">
        <div>
          <h2>{name}</h2>
          <p className="quiet small">
            <span className={`chip ${state === 'live' ? 'good' : state}`}>{!enabled ? t.disabled : connected ? t.connected : t.away}</span>
            {draining && (
              <>
                {' '}
                <span className="chip reconnecting" data-testid="node-draining">
                  {t.draining}
                </span>
              </>
            )}
            {remoteAddress !== null && ` ${t.from(remoteAddress)}`}
            {version !== null && ` · ${t.version(version)}`}
            {node.traffic?.region && ` · ${node.traffic.region}`}
            {node.group !== null && ` · ${node.group}`}
            {node.labels.length > 0 && ` · ${node.labels.join(' ')}`}
            {publicUrl !== null && ` · ${publicUrl}`}
          </p>
        </div>
        <div className="row">
          <button
            type="button"
            className="button quiet icon"
            aria-label={drainLabel}
            title={drainLabel}
            aria-pressed={draining}
            onClick={() => void drain()}
            data-testid="drain-node"
          >
            <Unplug size={16} aria-hidden="true" />
          </button>
          <button
            type="button"
            className="button quiet icon"
            aria-label={enabled ? t.disable(name) : t.enable(name)}
            title={enabled ? t.disable(name) : t.enable(name)}
            onClick={() => void toggle()}
            data-testid="toggle-node"
          >
            <Power size={16} aria-hidden="true" />
          </button>
          {tools}
          <button
            type="button"
            className="button quiet icon"
            aria-label={t.revoke(name)}
            title={t.revoke(name)}
            onClick={() => void revoke()}
            data-testid="revoke-node"
          >
            <Trash2 size={16} aria-hidden="true" />
          </button>
        </div>
      </div>
      <Announced anycast={node.traffic?.anycast ?? null} />
      <CacheFill node={node} />
      {traffic !== undefined && (
        <Sparkline
          points={pointsOf(
            traffic,
            traffic.series.find((series) => series.id === id),
            'bitrateOutBps',
          )}
          nowMs={traffic.times.at(-1) ?? 0}
          spanMs={ranges.hour.spanMs}
          gapMs={gapOf(traffic)}
          label={t.lastHour(name)}
        />
      )}
      <NodeFigures node={node} />
    </li>
  )
}

function NodeFigures({ node: { streams, sentBytes, deliveredBytes, waiting, traffic } }: { readonly node: NodeItem }) {
  const prefetch = traffic?.prefetch ?? null
  const figures: readonly (readonly [string, string])[] = [
    ...(traffic === null
      ? []
      : ([
          [t.toViewers, bitrate(traffic.bitrateOutBps)],
          [t.requests, perSecond(traffic.requestsPerS)],
          [t.hitRatio, percent(traffic.hitRatio)],
          [t.errors, percent(traffic.errorRatio)],
          [t.latency, [traffic.p50Ms, traffic.p95Ms, traffic.p99Ms].map(latency).join(' · ')],
          [t.connections, count(traffic.connections)],
          [t.processor, percent(traffic.cpu)],
          [t.memory, percent(traffic.memory)],
        ] as const)),
    ...(prefetch === null
      ? []
      : ([[t.prefetch, prefetch.isOn ? t.prefetchOn(percent(prefetch.share)) : t.prefetchOff(percent(prefetch.share))]] as const)),
    [t.streams, String(streams)],
    [t.waiting, String(waiting)],
    [t.sent, formatBytes(sentBytes)],
    [t.delivered, formatBytes(deliveredBytes)],
  ]
  return (
    <dl className="node-figures">
      {figures.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Of a node that announces prefixes by BGP. */
function Announced({ anycast }: { readonly anycast: NonNullable<NodeItem['traffic']>['anycast'] | null }) {
  if (anycast === null) return null
  const { announced, reason, neighbors } = anycast
  const up = neighbors.filter((each) => each.up).length
  return (
    <p className="quiet small" data-testid="node-anycast" title={neighbors.map(({ address, state }) => `${address}: ${state}`).join('\n')}>
      <span className={`chip ${announced && up > 0 ? 'good' : 'reconnecting'}`}>{announced ? t.announced : t.withdrawn(reason ?? '')}</span>{' '}
      {t.neighbors(up, neighbors.length)}
    </p>
  )
}

function CacheFill({ node: { traffic } }: { readonly node: NodeItem }) {
  const cache = traffic?.cache
  if (!cache) return null
  const text = t.cacheFill(formatBytes(cache.bytes), formatBytes(cache.maxBytes), count(cache.objects))
  return (
    <div className="node-cache" data-testid="node-cache" data-warning={cache.warning}>
      <meter min={0} max={Math.max(1, cache.maxBytes)} value={cache.bytes} high={cache.maxBytes * 0.8} aria-label={t.cache}>
        {text}
      </meter>
      <p className="quiet small">{text}</p>
      {cache.warning > 0 && (
        <p className="node-warning small">
          <TriangleAlert size={14} aria-hidden="true" /> {t.cacheWarning(cache.warning)}
        </p>
      )}
    </div>
  )
}
