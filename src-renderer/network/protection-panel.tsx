import { ShieldBan, X } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { Answer } from '../../src-main/api/typed-api.ts'
import { call } from '../client/api.ts'
import { Resource, useResource } from '../client/resource.ts'
import type { EventMessage } from '../client/types.ts'
import { confirm } from '../components/dialog.tsx'
import { Ago } from '../components/time.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { locale } from '../messages/language.ts'
import { decimal } from '../messages/numbers.ts'
import { count, percent, perSecond } from './figures.ts'
import { LimitsForm } from './limits-form.tsx'
import { t } from './messages.ts'
import type { NodeItem } from './nodes.ts'

const isStale = ({ topic }: EventMessage): boolean => topic === 'network.attacks.updated'
const attacks = new Resource({ path: () => '/network/attacks' as const, isStale })
const blocks = new Resource({ path: () => '/network/blocks' as const, isStale })
const settings = new Resource({ path: () => '/network/attacks/settings' as const, isStale })
const lists = new Resource({ path: (list) => `/network/lists/${list as ListName}` as const, isStale })

const listNames = ['deny', 'allow'] as const
type ListName = (typeof listNames)[number]
type Attack = Answer<'GET', '/network/attacks'>['items'][number]

type AttackSettings = Answer<'GET', '/network/attacks/settings'>

const challengeTimes = ['off', 'attack', 'always'] as const
const challengeBits = [16, 18, 20, 22]
/** What an ordinary browser tries in a second; half of all are done sooner than this says. */
const hashesPerS = 700_000
const workS = (bits: number): number => Math.round(((2 ** bits * Math.LN2) / hashesPerS) * 10) / 10

/** Attacks and networks that are shown; the API has all. */
const shownAttacks = 10
const shownNetworks = 100

async function act(work: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await work()
    if (done !== undefined) notify(done)
    return true
  } catch (error) {
    notifyError(error)
    return false
  }
}

/** What nodes do against too many requests: attacks, blocks, lists. */
export function ProtectionPanel({ nodes }: { readonly nodes: readonly NodeItem[] }) {
  const nameOf = (id: string): string => nodes.find((node) => node.id === id)?.name ?? id
  return (
    <section className="stack" aria-label={t.protection} data-testid="protection-panel">
      <h2>{t.protection}</h2>
      <LimitsForm />
      <Attacks nameOf={nameOf} />
      <Blocks nameOf={nameOf} />
      <Lists />
    </section>
  )
}

interface Named {
  readonly nameOf: (id: string) => string
}

function Attacks({ nameOf }: Named) {
  const items = useResource(attacks)?.items
  const current = useResource(settings)
  const change = (changed: Partial<AttackSettings>): void => {
    if (current !== undefined)
      void act(() => call('PUT', '/network/attacks/settings', { body: { ...current, ...changed } }), t.protectionSaved)
  }
  return (
    <div className="card card-body stack">
      <h3>{t.attacks}</h3>
      {items?.length === 0 && <p className="quiet">{t.noAttacks}</p>}
      <ul className="protection-list">
        {items?.slice(0, shownAttacks).map((attack) => (
          <AttackLine key={attack.id} attack={attack} node={nameOf(attack.node)} />
        ))}
      </ul>
      {current !== undefined && (
        <>
          <label className="check">
            <input
              type="checkbox"
              checked={current.block}
              onChange={() => change({ block: !current.block })}
              data-testid="block-attackers"
            />
            {t.blockAttackers(count(current.blockMinutes))}
          </label>
          <div className="row">
            <label className="field">
              <span className="label">{t.challenge}</span>
              <select
                className="input"
                value={current.challenge}
                onChange={(event) => change({ challenge: event.target.value as AttackSettings['challenge'] })}
                data-testid="challenge"
              >
                {challengeTimes.map((each) => (
                  <option key={each} value={each}>
                    {t.challengeTimes[each]}
                  </option>
                ))}
              </select>
            </label>
            {current.challenge !== 'off' && (
              <label className="field">
                <span className="label">{t.challengeWork}</span>
                <select
                  className="input"
                  value={current.challengeBits}
                  onChange={(event) => change({ challengeBits: Number(event.target.value) })}
                  data-testid="challenge-work"
                >
                  {[...new Set([...challengeBits, current.challengeBits])].map((bits) => (
                    <option key={bits} value={bits}>
                      {t.challengeBits(count(bits), decimal(workS(bits), 1, 0))}
                    </option>
                  ))}
                </select>
              </label>
            )}
          </div>
          <p className="hint">{t.challengeHint}</p>
        </>
      )}
    </div>
  )
}

function AttackLine({ attack, node }: { readonly attack: Attack; readonly node: string }) {
  const { route, perSecond: rate, usualPerSecond, pattern, startedAt, endedAt } = attack
  return (
    <li data-testid="attack">
      <span className={`chip ${endedAt === null ? 'error' : 'ended'}`}>{endedAt === null ? t.attackRuns : t.attackOver}</span>{' '}
      {t.attack(node, perSecond(rate), perSecond(usualPerSecond))}
      {route !== '*' && <code translate="no"> {route}</code>}{' '}
      {pattern.map(({ kind, value, share }) => (
        <span key={kind} className="protection-pattern">
          {t.patterns[kind]} <code translate="no">{value}</code> {percent(share)}
        </span>
      ))}{' '}
      <span className="quiet small">
        <Ago iso={startedAt} />
      </span>
    </li>
  )
}

function Blocks({ nameOf }: Named) {
  const items = useResource(blocks)?.items ?? []
  return (
    <div className="card card-body stack">
      <h3>{t.blocks}</h3>
      {items.length === 0 && <p className="quiet">{t.noBlocks}</p>}
      <ul className="protection-list">
        {items.map(({ network, node, expiresAt }) => (
          <li key={`${network} ${node}`} className="row" data-testid="block">
            <code translate="no">{network}</code>
            <span className="quiet small">{t.blockedAt(nameOf(node), new Date(expiresAt).toLocaleTimeString(locale))}</span>
            <button
              type="button"
              className="button quiet"
              onClick={() => void act(() => call('DELETE', '/network/blocks', { query: { network } }), t.blockLifted(network))}
              data-testid="lift-block"
            >
              {t.liftBlock(network)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Lists() {
  const [name, setName] = useState<ListName>('deny')
  const [text, setText] = useState('')
  const items = useResource(lists, name)?.items ?? []
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const isAdded = await act(async () => {
      const { added, total } = await call('POST', `/network/lists/${name}`, { body: { text } })
      notify(t.listAdded(count(added), count(total)))
    })
    if (isAdded) setText('')
  }
  const remove = async (network: string): Promise<void> => {
    if (await confirm(t.removeNetworkTitle(network), t.removeNetworkText, t.removeNetworkAction))
      await act(() => call('DELETE', `/network/lists/${name}`, { query: { network } }))
  }
  return (
    <form className="card card-body stack" onSubmit={(event) => void add(event)}>
      <h3>{t.networkLists}</h3>
      <label className="field">
        <span className="label">{t.networkList}</span>
        <select className="input" value={name} onChange={(event) => setName(event.target.value as ListName)} data-testid="network-list">
          {listNames.map((each) => (
            <option key={each} value={each}>
              {t.listNames[each]}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span className="label">{t.networkLines}</span>
        <textarea
          className="input mono"
          rows={3}
          value={text}
          onChange={(event) => setText(event.target.value)}
          maxLength={900_000}
          required
          spellCheck={false}
          placeholder="192.0.2.0/24"
          data-testid="network-lines"
        />
      </label>
      <div>
        <button type="submit" className="button" disabled={text.trim() === ''} data-testid="add-networks">
          <ShieldBan size={16} aria-hidden="true" /> {t.addNetworks}
        </button>
      </div>
      <ul className="protection-list">
        {items.slice(0, shownNetworks).map(({ network }) => (
          <li key={network} className="row" data-testid="listed-network">
            <code translate="no">{network}</code>
            <button
              type="button"
              className="button quiet icon"
              aria-label={t.removeNetwork(network)}
              title={t.removeNetwork(network)}
              onClick={() => void remove(network)}
            >
              <X size={16} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      {items.length > shownNetworks && <p className="quiet small">{t.moreNetworks(count(items.length - shownNetworks))}</p>}
    </form>
  )
}
