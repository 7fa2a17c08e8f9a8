import { BookOpen } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call } from '../client/api.ts'
import { keepSettings } from '../client/follow-host.ts'
import { useClient } from '../client/store.ts'
import type { Settings } from '../client/types.ts'
import { CopyField } from '../components/copy.tsx'
import { useIsAdmin, useTitle } from '../components/page.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { settings as t } from '../messages/page.ts'
import { BrowsersCard } from './browsers-card.tsx'
import { HostCard } from './host-card.tsx'
import { ObsProgramsCard } from './obs-programs-card.tsx'
import { ReachCard } from './reach-card.tsx'
import { TokensCard } from './tokens-card.tsx'
import './settings.css'
import { LanguageCard } from './language-card.tsx'
import { NotificationsCard } from './notifications-card.tsx'

function RuntimeSettings({ settings, admin }: { readonly settings: Settings; readonly admin: boolean }) {
  const { reconnectWindowMs: windowMs, cdnPrefix: cdn } = settings
  const [seconds, setSeconds] = useState(String(windowMs / 1000))
  const [prefix, setPrefix] = useState(cdn)
  const [busy, setBusy] = useState(false)
  const wanted = Number(seconds)
  const secondsBad = seconds.trim() === '' || !Number.isFinite(wanted) || wanted < 0 || wanted > 3600
  const prefixBad = prefix !== '' && !/^https?:\/\/\S+$/.test(prefix)
  const changed = wanted * 1000 !== windowMs || prefix !== cdn
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      await keepSettings(call('PATCH', '/settings', { body: { reconnectWindowMs: Math.round(wanted * 1000), cdnPrefix: prefix } }))
      const before = { reconnectWindowMs: windowMs, cdnPrefix: cdn }
      notify(t.theSettingsWereSaved, () => {
        keepSettings(call('PATCH', '/settings', { body: before })).catch(notifyError)
      })
    } catch (error) {
      notifyError(error)
    }
    setBusy(false)
  }
  return (
    <form className="card-body stack" onSubmit={submit} data-testid="settings-form">
      <div className="field">
        <label htmlFor="reconnect-window">{t.reconnectWindowSeconds}</label>
        <input
          id="reconnect-window"
          className="input number"
          inputMode="decimal"
          value={seconds}
          disabled={!admin}
          aria-invalid={secondsBad}
          onChange={(event) => setSeconds(event.target.value)}
          aria-describedby="reconnect-window-hint"
          data-testid="setting-reconnect-window"
        />
        <span id="reconnect-window-hint" className={secondsBad ? 'hint bad' : 'hint'}>
          {secondsBad ? t.aNumberFrom0To : t.aPublisherThatDropsAnd}
        </span>
      </div>
      <div className="field">
        <label htmlFor="cdn-prefix">{t.cdnPrefix}</label>
        <input
          id="cdn-prefix"
          className="input"
          value={prefix}
          disabled={!admin}
          placeholder="https://cdn.example.com"
          aria-invalid={prefixBad}
          onChange={(event) => setPrefix(event.target.value.trim())}
          aria-describedby="cdn-prefix-hint"
          data-testid="setting-cdn-prefix"
        />
        <span id="cdn-prefix-hint" className={prefixBad ? 'hint bad' : 'hint'}>
          {prefixBad ? t.aUrlThatStartsWith : t.putBeforeEveryMediaUrl}
        </span>
      </div>
      {admin && (
        <div className="row">
          <button
            type="submit"
            className="button primary"
            disabled={busy || !changed || secondsBad || prefixBad}
            data-testid="settings-save"
          >
            {t.save}
          </button>
        </div>
      )}
    </form>
  )
}

export function SettingsPage() {
  useTitle(t.settings)
  const settings = useClient((state) => state.settings)
  const host = useClient((state) => state.host)
  const publish = useClient((state) => state.publish)
  const admin = useIsAdmin()
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t.settings}</h1>
          <p>{t.thisHostWhoMayUse}</p>
        </div>
        <a className="button" href="/api/v1/docs" target="_blank" rel="noreferrer" data-testid="api-docs">
          <BookOpen size={16} /> {t.apiReference}
        </a>
      </header>
      <div className="settings-grid">
        <div className="stack">
          <section className="card" aria-label={t.streaming}>
            <header>
              <h2>{t.streaming}</h2>
            </header>
            {settings ? (
              <RuntimeSettings key={JSON.stringify(settings)} settings={settings} admin={admin} />
            ) : (
              <div className="card-body">
                <div className="skeleton settings-skeleton" />
              </div>
            )}
          </section>
          <BrowsersCard />
          {admin && <TokensCard />}
          {admin && <ReachCard />}
          {admin && <ObsProgramsCard />}
        </div>
        <div className="stack">
          <LanguageCard />
          {settings && <NotificationsCard settings={settings} admin={admin} />}
          <section className="card" aria-label={t.connect}>
            <header>
              <h2>{t.connect}</h2>
            </header>
            <div className="card-body stack">
              <CopyField label={t.thisPage} value={location.origin} />
              {publish && <CopyField label={t.rtmpServer} value={publish.rtmpServer} testId="address-rtmp" />}
              {publish?.rtmpsServer && <CopyField label={t.rtmpsServer} value={publish.rtmpsServer} testId="address-rtmps" />}
              {publish?.srtServer && <CopyField label={t.srtServer} value={publish.srtServer} testId="address-srt" />}
            </div>
          </section>
          {host && <HostCard host={host} />}
        </div>
      </div>
    </>
  )
}
