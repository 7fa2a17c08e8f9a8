import { useEffect } from 'react'
import { create } from 'zustand'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call, reportProblem } from '../../client/api.ts'
import { followEvents } from '../../client/event-followers.ts'
import { useIsAdmin } from '../../components/page.ts'

/** Displays and windows of the desktop; null where no desktop shows windows for the host. */
export type Desktop = Answer<'GET', '/desktop'>['shell']

const useStored = create<{ readonly shell: Desktop }>(() => ({ shell: null }))
let reads = 0

async function read(): Promise<void> {
  const mine = ++reads
  try {
    const { shell } = await call('GET', '/desktop')
    if (mine === reads) useStored.setState({ shell })
  } catch (error) {
    reportProblem(error)
  }
}

/** The desktop of the host, kept up to date while the component is drawn. It is somebody's screen: null for others than admins. */
export function useDesktop(): Desktop {
  const admin = useIsAdmin()
  useEffect(
    () =>
      admin
        ? followEvents({ onFresh: () => void read(), onEvent: ({ topic }) => void (topic === 'desktop.changed' && read()) })
        : undefined,
    [admin],
  )
  const shell = useStored((state) => state.shell)
  return admin ? shell : null
}
