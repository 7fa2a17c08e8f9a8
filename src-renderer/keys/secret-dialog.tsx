import type { StreamKeyCreated } from '../client/types.ts'
import { CopyField } from '../components/copy.tsx'
import { ShownOnceDialog } from '../components/shown-once-dialog.tsx'

/** Shows a key, this once. */
export function SecretDialog({ created, onClose }: { readonly created: StreamKeyCreated; readonly onClose: () => void }) {
  const { publish, secret, key } = created
  const ffmpeg =
    publish.ffmpeg ?? `ffmpeg -re -i video.mp4 -c:v libx264 -preset veryfast -g 30 -c:a aac -f flv ${publish.rtmpServer}/${secret}`
  return (
    <ShownOnceDialog
      title={`Key of ${key.stream}`}
      advice="The key is shown only now: the host keeps a hash of it. Save it, or paste it into the encoder."
      onClose={onClose}
      testId="secret-dialog"
      savedTestId="secret-saved"
    >
      <CopyField label="Server" value={publish.rtmpServer} testId="secret-server" />
      {publish.rtmpsServer && <CopyField label="Server (encrypted, RTMPS)" value={publish.rtmpsServer} testId="secret-rtmps" />}
      <CopyField label="Stream key" value={secret} testId="secret-key" />
      {publish.srtUrl && <CopyField label="SRT URL" value={publish.srtUrl} testId="secret-srt" />}
      <CopyField label="ffmpeg" value={ffmpeg} wrap testId="secret-ffmpeg" />
    </ShownOnceDialog>
  )
}
