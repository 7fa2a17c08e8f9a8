import { Copy, Download, RotateCw } from 'lucide-react'
import { call } from '../../client/api.ts'
import { copyText } from '../../components/copy.tsx'
import { confirm } from '../../components/dialog.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import { t } from './messages.ts'
import { exportOverlays } from './overlay-files.ts'
import type { Overlay, OverlayKind } from './overlay-store.ts'

/** A text for a shell, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

interface OverlaySharingProps {
  readonly overlay: Overlay
  readonly kind: OverlayKind
}

/** The secret URLs of an overlay: for other programs and for bots. They are asked for when they are copied, and never shown. */
export function OverlaySharing({ overlay: { id, name }, kind }: OverlaySharingProps) {
  const copy = async (what: 'page' | 'post'): Promise<void> => {
    try {
      const { url, postUrl } = await call('GET', `/studio/overlays/${id}/links`)
      const example = `curl -X POST -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(kind.example))} ${quoted(postUrl)}`
      await copyText(what === 'page' ? url : example)
      notify(t.copied)
    } catch (error) {
      notifyError(error)
    }
  }
  const renew = async (): Promise<void> => {
    if (!(await confirm(t.renewTitle(name), t.renewText, t.renew))) return
    await call('POST', `/studio/overlays/${id}/links`, { body: { renew: 'both' } }).then(() => notify(t.renewed), notifyError)
  }
  return (
    <fieldset className="overlay-sharing">
      <legend>{t.sharing}</legend>
      <p className="hint">{t.sharingText(kind.width, kind.height)}</p>
      <div className="row">
        <button type="button" className="button" onClick={() => void copy('page')} data-testid="copy-overlay-url">
          <Copy size={15} /> {t.copyUrl}
        </button>
        <button type="button" className="button" onClick={() => void copy('post')} data-testid="copy-overlay-post">
          <Copy size={15} /> {t.copyPost}
        </button>
        <button type="button" className="button" onClick={() => void renew()} data-testid="renew-overlay">
          <RotateCw size={15} /> {t.renew}
        </button>
        <button type="button" className="button" onClick={() => void exportOverlays([id]).catch(notifyError)} data-testid="export-overlay">
          <Download size={15} /> {t.exportOne}
        </button>
      </div>
    </fieldset>
  )
}
