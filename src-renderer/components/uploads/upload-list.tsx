import { X } from 'lucide-react'
import { formatBytes } from '../../client/format.ts'
import { components as t } from '../../messages/page.ts'
import { dismissUpload, type RunningUpload, useUploads } from './upload-store.ts'
import './uploads.css'

/** Lines at most; the others follow when these are through. */
const maxLines = 12

/** Files that are being sent to the host, in the corner of the page. */
export function UploadList() {
  const uploads = useUploads((state) => state.uploads)
  if (uploads.length === 0) return null
  return (
    <section className="uploads" aria-label={t.uploads.title} data-testid="uploads">
      {uploads.slice(0, maxLines).map((upload) => (
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
          aria-label={failed ? t.uploads.dismiss(name) : t.uploads.cancel(name)}
          title={failed ? t.uploads.dismiss(name) : t.uploads.cancel(name)}
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
          <progress value={received} max={bytes} aria-label={t.uploads.progress(name)} />
          <span className="quiet small" role={state === 'waiting' ? 'status' : undefined}>
            {state === 'waiting'
              ? t.uploads.waiting
              : state === 'queued'
                ? t.uploads.queued
                : t.uploads.sent(formatBytes(received), formatBytes(bytes))}
          </span>
        </>
      )}
    </div>
  )
}
