import { socketUrl } from '../client/event-socket.ts'
import { inLanguage } from '../client/host-error.ts'
import type { GuestEnd } from './guest-session.ts'

/** A host that does not answer in that time is asked again when somebody joins, ms. */
const waitMs = 5000

/** Why a link cannot be used; undefined where it can, and where nobody answers. Nobody joins by it. */
export function checkLink(key: string): Promise<GuestEnd | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(socketUrl('/studio/guest'))
    const done = (end?: GuestEnd): void => {
      clearTimeout(timer)
      socket.close(1000)
      resolve(end)
    }
    const timer = setTimeout(done, waitMs)
    socket.onopen = () => socket.send(JSON.stringify({ type: 'check', key }))
    socket.onclose = () => done()
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as Answer
      if (message.type !== 'error') return done()
      const { code, detail, title, remedy } = message.error
      done(inLanguage({ code, message: detail || title, remedy }))
    }
  })
}

type Answer =
  | { readonly type: 'valid' }
  | {
      readonly type: 'error'
      readonly error: { readonly code: string; readonly title: string; readonly detail: string; readonly remedy: string }
    }
