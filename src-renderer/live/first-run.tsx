import { KeyRound, Play } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useClient } from '../client/store.ts'
import { CopyField } from '../components/copy.tsx'
import { live as t } from '../messages/page.ts'
import { startDemo } from './actions.ts'

/** What to see when nothing is live: the two ways to a first stream. */
export function FirstRun({ editor }: { readonly editor: boolean }) {
  const publish = useClient((state) => state.publish)
  const [busy, setBusy] = useState(false)
  const server = publish?.rtmpServer ?? `rtmp://${location.hostname}:1935/live`
  return (
    <div className="first-run" data-testid="first-run">
      <section className="card hero">
        <h2>{t.nothingIsLive}</h2>
        <p className="quiet">{t.seeItWorkFirstA}</p>
        <button
          type="button"
          className="button primary big"
          disabled={busy || !editor}
          data-testid="start-demo"
          onClick={async () => {
            setBusy(true)
            await startDemo()
            setBusy(false)
          }}
        >
          <Play size={18} /> {t.startTheTestStream}
        </button>
        {editor && (
          <p className="quiet small">
            {t.orMakeAShow} <Link href="/studio">{t.openTheStudio}</Link>
          </p>
        )}
        {!editor && <p className="quiet small">{t.yourRoleMayWatchBut}</p>}
      </section>
      <section className="card">
        <header>
          <h2>{t.goLiveWithObs}</h2>
        </header>
        <ol className="card-body steps">
          <li>
            <div className="stack">
              <p>
                {t.inObsOpen} <b>{t.settingsStream}</b>
                {t.choose} <b>{t.custom}</b>
                {t.andPasteTheServer}
              </p>
              <CopyField label={t.server} value={server} testId="obs-server" />
            </div>
          </li>
          <li>
            <div className="stack">
              <p>{t.createAStreamKeyAnd}</p>
              {editor && (
                <Link href="/keys?new" className="button fit" data-testid="make-key">
                  <KeyRound size={16} /> {t.createKey}
                </Link>
              )}
            </div>
          </li>
          <li>
            <p>
              {t.in} <b>{t.settingsOutput}</b> {t.setTheKeyframeIntervalTo} <b>{t.text1S}</b> {t.or2SThenStart}
            </p>
          </li>
        </ol>
      </section>
      <section className="card">
        <header>
          <h2>{t.orWithFfmpeg}</h2>
        </header>
        <div className="card-body">
          <CopyField
            label={t.command}
            value={`ffmpeg -re -stream_loop -1 -i video.mp4 -c:v libx264 -preset veryfast -tune zerolatency -g 30 -c:a aac -f flv ${server}/YOUR_KEY`}
            testId="ffmpeg-line"
          />
        </div>
      </section>
    </div>
  )
}
