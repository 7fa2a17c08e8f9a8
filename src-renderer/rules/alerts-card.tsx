import { Plus, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import type { AlertChannel, AlertRule } from '../client/types.ts'
import { confirm } from '../components/dialog.tsx'
import { EntityTable, RowButton } from '../components/entity-table.tsx'
import { Ago } from '../components/time.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { rules as t } from '../messages/page.ts'
import { AlertRuleDialog, kindText } from './alert-rule-dialog.tsx'
import { ChannelDialog } from './channel-dialog.tsx'
import { alertChannels, alertRules, alerts } from './rule-stores.ts'

/** Alerts that are shown. */
const maxShown = 20

/** What is watched for, where alerts go, and what happened. */
export function AlertsCard({ editor, admin }: { readonly editor: boolean; readonly admin: boolean }) {
  const watched = useCollection(alertRules)
  const reached = useCollection(alertChannels)
  const raised = useCollection(alerts)
  const rules = Object.values(watched.items)
  const channels = Object.values(reached.items)
  const newest = Object.values(raised.items)
    .sort((a, b) => (a.raisedAt < b.raisedAt ? 1 : -1))
    .slice(0, maxShown)
  const [making, setMaking] = useState<'rule' | 'channel' | null>(null)
  const act = async (work: () => Promise<unknown>, said: string) => {
    try {
      await work()
      notify(said)
    } catch (error) {
      notifyError(error)
    }
  }
  const removeRule = (rule: AlertRule) => act(() => call('DELETE', `/live/alert-rules/${rule.id}`), t.theAlertWasRemoved)
  const removeChannel = async (channel: AlertChannel) => {
    if (await confirm(t.removeAlertChannelQuestion(channel.label), t.alertsWillNoLongerBe, t.remove)) {
      await act(() => call('DELETE', `/live/alert-channels/${channel.id}`), t.theChannelWasRemoved)
    }
  }
  const labels = new Map(channels.map((channel) => [channel.id, channel.label]))
  return (
    <section className="card" aria-label={t.alerts}>
      <header>
        <h2>{t.alerts}</h2>
        <span className="row">
          {admin && (
            <button type="button" className="button" onClick={() => setMaking('channel')} data-testid="new-channel">
              <Plus size={16} /> {t.createChannel}
            </button>
          )}
          {editor && (
            <button type="button" className="button" onClick={() => setMaking('rule')} data-testid="new-alert-rule">
              <Plus size={16} /> {t.createAlert}
            </button>
          )}
        </span>
      </header>
      {!watched.loaded ? (
        <div className="card-body">
          <div className="skeleton settings-skeleton" />
        </div>
      ) : (
        <>
          {rules.length === 0 ? (
            <p className="card-body quiet">{t.noAlertsYetAnAlert}</p>
          ) : (
            <EntityTable
              items={rules}
              testId="alert-rules"
              rowTestId="alert-rule-row"
              columns={[
                { title: t.alert, cell: ({ kind }) => kindText()[kind] },
                { title: t.stream, cell: ({ stream }) => stream ?? <span className="quiet">{t.everyStream}</span> },
                {
                  title: t.sentTo,
                  cell: (rule) =>
                    rule.channels.map((id) => labels.get(id) ?? id).join(', ') || <span className="quiet">{t.thisPageAlone}</span>,
                },
              ]}
              actions={(rule) =>
                editor && (
                  <span className="row">
                    <button
                      type="button"
                      className="switch"
                      role="switch"
                      aria-checked={rule.enabled}
                      aria-label={t.isOn(kindText()[rule.kind])}
                      onClick={() =>
                        void act(
                          () => call('PATCH', `/live/alert-rules/${rule.id}`, { body: { enabled: !rule.enabled } }),
                          rule.enabled ? t.theAlertIsOff : t.theAlertIsOn,
                        )
                      }
                    />
                    <RowButton
                      icon={<Trash2 size={16} />}
                      title={t.remove}
                      label={t.removeNamed(kindText()[rule.kind])}
                      onClick={() => void removeRule(rule)}
                    />
                  </span>
                )
              }
            />
          )}
          {channels.length > 0 && (
            <EntityTable
              items={channels}
              testId="channels"
              rowTestId="channel-row"
              columns={[
                {
                  title: t.channel,
                  cell: ({ label, kind }) => (
                    <>
                      {label} <span className="quiet">{kind}</span>
                    </>
                  ),
                },
                {
                  title: t.goesTo,
                  className: 'small',
                  cell: ({ where, lastError }) => (
                    <>
                      {where}
                      {lastError && <div className="bad">{lastError}</div>}
                    </>
                  ),
                },
              ]}
              actions={(channel) =>
                admin && (
                  <span className="row">
                    <RowButton
                      icon={<Send size={16} />}
                      title={t.sendATest}
                      label={t.sendATestTo(channel.label)}
                      onClick={() => void act(() => call('POST', `/live/alert-channels/${channel.id}/test`), t.theTestWasDelivered)}
                      testId="channel-test"
                    />
                    <RowButton
                      icon={<Trash2 size={16} />}
                      title={t.remove}
                      label={t.removeNamed(channel.label)}
                      onClick={() => void removeChannel(channel)}
                    />
                  </span>
                )
              }
            />
          )}
          {newest.length > 0 && (
            <ul className="card-body plain-list" aria-label={t.whatHappened} data-testid="alerts">
              {newest.map((alert) => (
                <li key={alert.id} data-testid="alert" data-over={alert.resolvedAt !== null}>
                  <span className={alert.resolvedAt ? 'chip' : 'chip pending'}>{alert.resolvedAt ? t.over : t.now}</span> {alert.message}{' '}
                  <span className="quiet small">
                    <Ago iso={alert.raisedAt} />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      {making === 'rule' && <AlertRuleDialog channels={channels} onClose={() => setMaking(null)} onMade={() => setMaking(null)} />}
      {making === 'channel' && <ChannelDialog onClose={() => setMaking(null)} onMade={() => setMaking(null)} />}
    </section>
  )
}
