import { useEffect } from 'react'
import { create } from 'zustand'
import type { Item } from '../../../src-main/api/typed-api.ts'
import { call, reportProblem } from '../../client/api.ts'
import { followEvents } from '../../client/event-followers.ts'

export type Dock = Item<'/studio/docks'>

const useStored = create<{ readonly docks: readonly Dock[] | null }>(() => ({ docks: null }))

let reads = 0

async function read(): Promise<void> {
  const mine = ++reads
  try {
    const { items } = await call('GET', '/studio/docks')
    // A list that was asked for later is newer, whichever answer comes first.
    if (mine === reads) useStored.setState({ docks: items })
  } catch (error) {
    reportProblem(error)
  }
}

/** The docks of this host, kept up to date while the component is drawn; null until they have been read. */
export function useDocks(): readonly Dock[] | null {
  useEffect(() => followEvents({ onFresh: () => void read(), onEvent: ({ topic }) => void (topic === 'studio.docks' && read()) }), [])
  return useStored(({ docks }) => docks)
}

/** Opens a dock in a window of its own. */
export const openInWindow = ({ url }: Dock): void => void window.open(url, '_blank', 'noopener,noreferrer,popup,width=420,height=720')
