import { useEffect } from 'react'
import { useClient } from '../client/store.ts'
import { components as t } from '../messages/page.ts'

/** Names the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = t.amiStreams(title)
  }, [title])
}

/** True if the signed-in role may change settings. */
export function useMayEdit(): boolean {
  return useClient((state) => state.me?.role === 'editor' || state.me?.role === 'admin')
}

export function useIsAdmin(): boolean {
  return useClient((state) => state.me?.role === 'admin')
}
