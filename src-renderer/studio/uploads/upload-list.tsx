import { X } from 'lucide-react'
import { formatBytes } from '../../client/format.ts'
import { t } from './messages.ts'
import { dismissUpload, type RunningUpload, useUploads } from './upload-store.ts'
import './uploads.css'

/** Files that are being sent to the host, in the corner of the studio. */
export function UploadList() {
  const uploads = useUploads((state) => state.uploads)
  if (uploads.length === 0) return null
  return (
    <section className="uploads" aria-label={t.title} data-testid="uploads">
      {uploads.map((upload) => (
        <UploadLine key={upload.id} upload={upload} />
      ))}
    </section>
  )
}

function UploadLine({ upload: { id, name, bytes, received, state, problem, cancel } }: { readonly upload: RunningUpload }) {
  const failed = state === 'failed'
  return (
    <div className="upload" data-testid="upload" data-state={state}>
      <div className="upload-head">
        <span className="upload-name" title={name}>
          {name}
        </span>
        <button
          type="button"
          className="button quiet icon"
          aria-label={failed ? t.dismiss(name) : t.cancel(name)}
          title={failed ? t.dismiss(name) : t.cancel(name)}
          data-testid="upload-cancel"
          onClick={() => (failed ? dismissUpload(id) : cancel())}
        >
          <X size={15} />
        </button>
      </div>
      {failed ? (
        <p className="upload-problem" role="alert">
          {problem}
        </p>
      ) : (
        <>
          <progress value={received} max={bytes} aria-label={t.progress(name)} />
          <span className="quiet small" role={state === 'waiting' ? 'status' : undefined}>
            {state === 'waiting' ? t.waiting : state === 'queued' ? t.queued : t.sent(formatBytes(received), formatBytes(bytes))}
          </span>
        </>
      )}
    </div>
  )
}
