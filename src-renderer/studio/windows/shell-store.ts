import { useEffect } from 'react'
import { create } from 'zustand'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call, reportProblem } from '../../client/api.ts'
import { followEvents } from '../../client/event-followers.ts'
import { useIsAdmin } from '../../components/page.ts'

/** Displays and windows of the desktop that shows windows for the host. */
export type Shell = NonNullable<Answer<'GET', '/shell'>['shell']>

const useStored = create<{ readonly shell: Shell | null }>(() => ({ shell: null }))
let reads = 0

async function read(): Promise<void> {
  const mine = ++reads
  try {
    const { shell } = await call('GET', '/shell')
    if (mine === reads) useStored.setState({ shell })
  } catch (error) {
    reportProblem(error)
  }
}

/** The desktop of the host, kept up to date while the component is drawn. It is somebody's screen: null for others than admins. */
export function useShell(): Shell | null {
  const admin = useIsAdmin()
  useEffect(
    () =>
      admin ? followEvents({ onFresh: () => void read(), onEvent: ({ topic }) => void (topic === 'shell.changed' && read()) }) : undefined,
    [admin],
  )
  const shell = useStored((state) => state.shell)
  return admin ? shell : null
}
