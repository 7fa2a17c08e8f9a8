import { sentencesOf } from '../client/host-error.ts'
import type { HostInfo } from '../client/types.ts'
import { locale } from '../messages/language.ts'
import { settings as t } from '../messages/page.ts'

const timeOf = (time: string): string => new Date(time).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })
const dateOf = (time: string): string => new Date(time).toLocaleDateString(locale, { dateStyle: 'medium' })

/** What the host says of itself. */
export function HostCard({ host }: { readonly host: HostInfo }) {
  const { certificate, acme, storage, auth } = host
  const facts: readonly (readonly [label: string, value: string])[] = [
    [t.version, host.version],
    [t.runningSince, timeOf(host.startedAt)],
    [t.system, `${host.platform}, Node ${host.node}`],
    [t.dataFolder, host.dataDir],
    [t.listensOn, host.bind],
    [t.signInNeeded, auth.signInRequired ? t.yes : t.no],
    ...(certificate === null
      ? []
      : ([
          [t.certificate, certificate.selfMade ? t.madeByThisHost : t.ofAnAuthority],
          [t.certificateExpires, dateOf(certificate.expiresAt)],
          [t.fingerprint, certificate.fingerprint],
        ] as const)),
    ...(acme === null
      ? []
      : ([
          [t.acmeNames, acme.names.join(', ')],
          [t.acmeState, t.acmeStates[acme.state]],
          ...(acme.nextAt === null ? [] : ([[t.acmeNext, timeOf(acme.nextAt)]] as const)),
          ...(acme.problem === null ? [] : ([[t.acmeProblem, sentencesOf(acme.problem)]] as const)),
        ] as const)),
    ...(storage.failedWrites + storage.lostWrites > 0
      ? [[t.writesThatFailed, String(storage.failedWrites + storage.lostWrites)] as const]
      : []),
  ]
  return (
    <section className="card" aria-label={t.host} data-testid="host-facts">
      <header>
        <h2>{t.host}</h2>
      </header>
      <dl className="pairs">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd translate="no">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
