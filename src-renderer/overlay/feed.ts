import { socketUrl } from '../client/event-socket.ts'
import type { OverlayMessage } from './drawing.ts'

const firstRetryMs = 500
const maxRetryMs = 5000

/** Shows what the host says, and comes back when the connection is lost: what was shown last stays meanwhile. */
export function followFeed(id: string, token: string, show: (message: OverlayMessage) => void): void {
  const url = socketUrl(`/studio/overlay-feed?${new URLSearchParams({ id, token })}`)
  let retryMs = firstRetryMs
  const connect = (): void => {
    const socket = new WebSocket(url)
    socket.onmessage = ({ data }) => {
      retryMs = firstRetryMs
      show(JSON.parse(String(data)) as OverlayMessage)
    }
    socket.onclose = () => {
      // Pages that lost the host together do not come back at one moment.
      setTimeout(connect, retryMs * (0.75 + Math.random() / 2))
      retryMs = Math.min(maxRetryMs, retryMs * 2)
    }
  }
  connect()
}
