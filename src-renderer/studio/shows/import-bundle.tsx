import { PackageOpen } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { notifyError } from '../../components/toasts.tsx'
import { uploadBundle } from '../uploads/upload-store.ts'
import { ImportReport } from './import-report.tsx'
import { t } from './messages.ts'
import { listShows, showName } from './new-show.ts'

/** A button that takes a show that was exported with its media, and shows what became of it. */
export function ImportBundle({ className = 'button' }: { readonly className?: string }) {
  const field = useRef<HTMLInputElement>(null)
  const [report, setReport] = useState<Answer<'POST', '/studio/import/bundle'> | null>(null)
  const [busy, setBusy] = useState(false)
  const take = async (file: File): Promise<void> => {
    setBusy(true)
    try {
      const upload = await uploadBundle(file)
      if (upload === undefined) return
      const name = showName(file.name.replace(/\.(?:tar|ami-collection)$/i, ''), await listShows())
      setReport(await call('POST', '/studio/import/bundle', { body: { name, upload } }))
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
      if (field.current) field.current.value = ''
    }
  }
  return (
    <>
      <button type="button" className={className} disabled={busy} onClick={() => field.current?.click()} data-testid="import-bundle">
        <PackageOpen size={16} /> {t.importBundle}
      </button>
      <input
        ref={field}
        type="file"
        accept=".ami-collection,.tar,application/x-tar"
        hidden
        data-testid="import-bundle-file"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          if (file !== undefined) void take(file)
        }}
      />
      {report !== null && <ImportReport title={t.imported} report={report} onClose={() => setReport(null)} />}
    </>
  )
}
