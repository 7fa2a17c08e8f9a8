import { useEffect, useRef, useState } from 'react'
import { call } from '../../client/api.ts'
import { notifyError } from '../../components/toasts.tsx'
import { type Overlay, overlays } from './overlay-store.ts'

type Settings = Readonly<Record<string, unknown>>

/** So long is waited for further changes before they are sent, ms. */
const gatherMs = 200

/** Settings of an overlay with the changes of this page, which are shown at once and sent a moment later. */
export function useOverlaySettings({ id, settings }: Overlay): readonly [Settings, (changes: Settings) => void] {
  const [pending, setPending] = useState<Settings>({})
  const waiting = useRef<Settings>({})
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const send = useRef(async () => {})
  send.current = async () => {
    const sent = waiting.current
    waiting.current = {}
    if (Object.keys(sent).length === 0) return
    try {
      await overlays.keep(call('PATCH', `/studio/overlays/${id}`, { body: { settings: sent } }))
    } catch (error) {
      notifyError(error)
    }
    // What was changed meanwhile is still on its way.
    setPending((before) =>
      Object.fromEntries(Object.entries(before).filter(([name, value]) => sent[name] !== value || name in waiting.current)),
    )
  }
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      void send.current()
    },
    [],
  )
  const change = (changes: Settings): void => {
    waiting.current = { ...waiting.current, ...changes }
    setPending((before) => ({ ...before, ...changes }))
    clearTimeout(timer.current)
    timer.current = setTimeout(() => void send.current(), gatherMs)
  }
  return [{ ...settings, ...pending }, change]
}
