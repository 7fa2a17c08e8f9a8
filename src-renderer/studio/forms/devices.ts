import { useCallback, useRef, useState } from 'react'
import type { Query } from '../../../src-main/api/typed-api.ts'
import { call, explain } from '../../client/api.ts'
import type { Device } from '../types.ts'

interface Devices {
  readonly devices: readonly Device[]
  /** Why they could not be listed, in words; empty where they were. */
  readonly problem: string
  readonly busy: boolean
  readonly refresh: () => void
}

/** Devices of the host's machine of a kind, read on `refresh`. */
export function useDevices(kind: string): Devices {
  const [state, setState] = useState<Omit<Devices, 'refresh'>>({ devices: [], problem: '', busy: true })
  const reads = useRef(0)
  const refresh = useCallback(() => {
    const mine = ++reads.current
    setState((before) => ({ ...before, busy: true }))
    listDevices(kind).then(
      (devices) => mine === reads.current && setState({ devices, problem: '', busy: false }),
      (error) => mine === reads.current && setState({ devices: [], problem: explain(error), busy: false }),
    )
  }, [kind])
  return { ...state, refresh }
}

/** Devices of a kind. Throws ApiError where the system has none of the sort. */
export async function listDevices(kind: string): Promise<readonly Device[]> {
  // The kind comes out of a schema of the host, which knows it.
  const query = { kind } as Query<'GET', '/studio/devices'>
  return (await call('GET', '/studio/devices', { query })).items
}
