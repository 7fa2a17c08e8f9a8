import { Ear, EarOff } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { previewSession } from '../../client/store.ts'
import { WhepClient } from '../../webrtc/whep-client.ts'
import { Tool } from '../docks/tool.tsx'
import { t } from './messages.ts'

/** What a guest sends, as it comes: silent until somebody listens. */
export function GuestVideo({ stream, name }: { readonly stream: string; readonly name: string }) {
  const video = useRef<HTMLVideoElement>(null)
  const [isPlaying, setPlaying] = useState(false)
  const [listens, setListens] = useState(false)
  useEffect(() => {
    const client = new WhepClient({
      endpoint: `/live/${encodeURIComponent(stream)}/whep?session=${previewSession()}`,
      onState: (state) => setPlaying(state === 'playing'),
      onMedia(media) {
        if (video.current) video.current.srcObject = media
      },
    })
    return () => client.stop()
  }, [stream])
  return (
    <div className="guest-picture" data-testid="guest-picture" data-playing={isPlaying}>
      <video ref={video} autoPlay playsInline muted={!listens} aria-label={t.preview(name)} tabIndex={-1} />
      {!isPlaying && <span>{t.noVideo}</span>}
      <Tool
        Icon={listens ? Ear : EarOff}
        label={listens ? t.stopListening(name) : t.listen(name)}
        pressed={listens}
        onClick={() => setListens(!listens)}
        testId="listen"
      />
    </div>
  )
}
