import type { Stream } from '../client/types.ts'
import { CopyField } from '../components/copy.tsx'
import { live as t } from '../messages/page.ts'
import { embedSnippet } from '../watch/watch-url.ts'
import { absolute } from './links.ts'

/** Every way to watch the stream. */
export function ShareBox({ stream }: { readonly stream: Stream }) {
  const snippet = embedSnippet(new URL(absolute(stream.watchUrl, location.origin)).origin, stream.name)
  return (
    <section className="card" aria-label={t.share}>
      <header>
        <h2>{t.share}</h2>
      </header>
      <div className="card-body stack">
        <CopyField label={t.watchLink} value={absolute(stream.watchUrl, location.origin)} testId="share-watch" />
        <CopyField label={t.hlsSafariVlcFfplay} value={absolute(stream.hlsUrl, location.origin)} testId="share-hls" />
        <CopyField label={t.dash} value={absolute(stream.dashUrl, location.origin)} testId="share-dash" />
        <CopyField label={t.rtmp} value={stream.rtmpUrl} testId="share-rtmp" />
        {stream.srtUrl && <CopyField label={t.srt} value={stream.srtUrl} testId="share-srt" />}
        {snippet && <CopyField label={t.embedInAPage} value={snippet} testId="share-embed" />}
      </div>
    </section>
  )
}
