import { KeyRound, Play } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useClient } from '../client/store.ts'
import { CopyField } from '../components/copy.tsx'
import { startDemo } from './actions.ts'

/** What to see when nothing is live: the two ways to a first picture. */
export function FirstRun({ editor }: { readonly editor: boolean }) {
  const publish = useClient((state) => state.publish)
  const [busy, setBusy] = useState(false)
  const server = publish?.rtmpServer ?? `rtmp://${location.hostname}:1935/live`
  return (
    <div className="first-run" data-testid="first-run">
      <section className="card hero">
        <h2>Nothing is live</h2>
        <p className="quiet">See it work first: a moving test card with a clock and a beep each second, encoded on this machine.</p>
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
          <Play size={18} /> Start the test stream
        </button>
        {!editor && <p className="quiet small">Your role may watch, but not start streams.</p>}
      </section>
      <section className="card">
        <header>
          <h2>Go live with OBS</h2>
        </header>
        <ol className="card-body steps">
          <li>
            <div className="stack">
              <p>
                In OBS open <b>Settings → Stream</b>, choose <b>Custom</b>, and paste the server.
              </p>
              <CopyField label="Server" value={server} testId="obs-server" />
            </div>
          </li>
          <li>
            <div className="stack">
              <p>Create a stream key and paste it below the server. It is shown once.</p>
              {editor && (
                <Link href="/keys?new" className="button fit" data-testid="make-key">
                  <KeyRound size={16} /> Create key
                </Link>
              )}
            </div>
          </li>
          <li>
            <p>
              In <b>Settings → Output</b> set the keyframe interval to <b>1 s</b> or 2 s, then start streaming. This page shows it at once.
            </p>
          </li>
        </ol>
      </section>
      <section className="card">
        <header>
          <h2>Or with ffmpeg</h2>
        </header>
        <div className="card-body">
          <CopyField
            label="Command"
            value={`ffmpeg -re -stream_loop -1 -i video.mp4 -c:v libx264 -preset veryfast -tune zerolatency -g 30 -c:a aac -f flv ${server}/YOUR_KEY`}
            wrap
            testId="ffmpeg-line"
          />
        </div>
      </section>
    </div>
  )
}
