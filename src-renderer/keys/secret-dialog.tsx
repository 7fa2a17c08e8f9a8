import type { StreamKeyCreated } from '../client/types.ts'
import { CopyField } from '../components/copy.tsx'
import { ShownOnceDialog } from '../components/shown-once-dialog.tsx'
import { keys as t } from '../messages/page.ts'

/** Shows a key, this once. */
export function SecretDialog({ created, onClose }: { readonly created: StreamKeyCreated; readonly onClose: () => void }) {
  const { publish, secret, key } = created
  const ffmpeg =
    publish.ffmpeg ?? `ffmpeg -re -i video.mp4 -c:v libx264 -preset veryfast -g 30 -c:a aac -f flv ${publish.rtmpServer}/${secret}`
  return (
    <ShownOnceDialog
      title={t.keyOf(key.stream)}
      advice={t.theKeyIsShownOnly}
      onClose={onClose}
      testId="secret-dialog"
      savedTestId="secret-saved"
    >
      <CopyField label={t.server} value={publish.rtmpServer} testId="secret-server" />
      {publish.rtmpsServer && <CopyField label={t.serverEncryptedRtmps} value={publish.rtmpsServer} testId="secret-rtmps" />}
      <CopyField label={t.streamKey} value={secret} testId="secret-key" />
      {publish.srtUrl && <CopyField label={t.srtUrl} value={publish.srtUrl} testId="secret-srt" />}
      <CopyField label={t.ffmpeg} value={ffmpeg} testId="secret-ffmpeg" />
    </ShownOnceDialog>
  )
}
