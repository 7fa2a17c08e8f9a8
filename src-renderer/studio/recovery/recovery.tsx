import { Resource, useResource } from '../../client/resource.ts'
import { loadLater } from '../../components/load-later.tsx'

const recovery = new Resource({ path: () => '/studio/recovery' as const, updated: ['studio.recovery'] })

/** Loaded where there is something to say: hosts end in order on most evenings. */
const RecoveryNotice = loadLater(async () => (await import('./recovery-notice.tsx')).RecoveryNotice, { ahead: false })

/** Notices of a host that ended unexpectedly, and of safe mode. */
export function Recovery({ editor }: { readonly editor: boolean }) {
  const report = useResource(recovery)
  if (report === undefined || (report.offer === null && !report.safeMode.on && !report.safeMode.offered)) return null
  return <RecoveryNotice report={report} resource={recovery} editor={editor} />
}
