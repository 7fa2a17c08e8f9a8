import { PackageOpen } from 'lucide-react'
import { call } from '../../client/api.ts'
import { uploadBundle } from '../uploads/upload-file.ts'
import { ImportButton } from './import-button.tsx'
import { t } from './messages.ts'
import { listShows, showName } from './new-show.ts'

/** A button that takes a show that was exported with its media. */
export function ImportBundle({ className }: { readonly className?: string }) {
  return (
    <ImportButton
      className={className}
      Icon={PackageOpen}
      label={t.importBundle}
      reportTitle={t.imported}
      accept=".ami-collection,.tar,application/x-tar"
      testId="import-bundle"
      opensBy="importBundle"
      importFile={async (file) => {
        const upload = await uploadBundle(file)
        if (upload === undefined) return undefined
        const name = showName(file.name.replace(/\.(?:tar|ami-collection)$/i, ''), await listShows())
        return call('POST', '/studio/import/bundle', { body: { name, upload } })
      }}
    />
  )
}
