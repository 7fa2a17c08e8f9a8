import type { Stream } from '../client/types.ts'
import { CopyField } from '../components/copy.tsx'
import { embedSnippet } from '../watch/address.ts'
import { absolute } from './links.ts'

/** Every way to watch the stream. */
export function ShareBox({ stream }: { readonly stream: Stream }) {
  const snippet = embedSnippet(new URL(absolute(stream.watchUrl, location.origin)).origin, stream.name)
  return (
    <section className="card" aria-label="Share">
      <header>
        <h2>Share</h2>
      </header>
      <div className="card-body stack">
        <CopyField label="Watch link" value={absolute(stream.watchUrl, location.origin)} testId="share-watch" />
        <CopyField label="HLS (Safari, VLC, ffplay)" value={absolute(stream.hlsUrl, location.origin)} testId="share-hls" />
        <CopyField label="DASH" value={absolute(stream.dashUrl, location.origin)} testId="share-dash" />
        <CopyField label="RTMP" value={stream.rtmpUrl} testId="share-rtmp" />
        {stream.srtUrl && <CopyField label="SRT" value={stream.srtUrl} testId="share-srt" />}
        {snippet && <CopyField label="Embed in a page" value={snippet} wrap testId="share-embed" />}
      </div>
    </section>
  )
}
