import { Plus, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import type { AlertChannel, AlertRule } from '../client/types.ts'
import { confirm } from '../components/dialog.tsx'
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
            <div className="table-wrap">
              <table data-testid="alert-rules">
                <thead>
                  <tr>
                    <th>{t.alert}</th>
                    <th>{t.stream}</th>
                    <th>{t.sentTo}</th>
                    <th>
                      <span className="sr-only">{t.actions}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rules.map((rule) => (
                    <tr key={rule.id} data-testid="alert-rule-row">
                      <td>{kindText()[rule.kind]}</td>
                      <td>{rule.stream ?? <span className="quiet">{t.everyStream}</span>}</td>
                      <td>
                        {rule.channels.map((id) => labels.get(id) ?? id).join(', ') || <span className="quiet">{t.thisPageAlone}</span>}
                      </td>
                      <td className="end">
                        {editor && (
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
                            <button
                              type="button"
                              className="button quiet icon"
                              aria-label={t.removeNamed(kindText()[rule.kind])}
                              title={t.remove}
                              onClick={() => void removeRule(rule)}
                            >
                              <Trash2 size={16} />
                            </button>
                          </span>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          {channels.length > 0 && (
            <div className="table-wrap">
              <table data-testid="channels">
                <thead>
                  <tr>
                    <th>{t.channel}</th>
                    <th>{t.goesTo}</th>
                    <th>
                      <span className="sr-only">{t.actions}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {channels.map((channel) => (
                    <tr key={channel.id} data-testid="channel-row">
                      <td>
                        {channel.label} <span className="quiet">{channel.kind}</span>
                      </td>
                      <td className="small">
                        {channel.where}
                        {channel.lastError && <div className="bad">{channel.lastError}</div>}
                      </td>
                      <td className="end">
                        {admin && (
                          <span className="row">
                            <button
                              type="button"
                              className="button quiet icon"
                              aria-label={t.sendATestTo(channel.label)}
                              title={t.sendATest}
                              onClick={() => void act(() => call('POST', `/live/alert-channels/${channel.id}/test`), t.theTestWasDelivered)}
                              data-testid="channel-test"
                            >
                              <Send size={16} />
                            </button>
                            <button
                              type="button"
                              className="button quiet icon"
                              aria-label={t.removeNamed(channel.label)}
                              title={t.remove}
                              onClick={() => void removeChannel(channel)}
                            >
                              <Trash2 size={16} />
                            </button>
                          </span>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
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
