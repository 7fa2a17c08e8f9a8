import { reconnectDelayMs, socketUrl } from '../../client/event-socket.ts'

/** Tiles that one page may look at. */
export const maxTiles = 16

/** Lines in which tiles are made. */
const heights = [90, 135, 180] as const

/** The lines to ask for where tiles are this many pixels wide: the next larger ones. */
export const tileHeight = (pixels: number): number => heights.find((each) => (each * 16) / 9 >= pixels * 0.9) ?? 180

interface Target {
  readonly canvas: HTMLCanvasElement
  /** Number of the newest image that is drawn, or on its way. */
  newest: number
}

export interface TileFeed {
  /** Draws a tile into an element from now on. Returns the way to stop. */
  show(id: string, canvas: HTMLCanvasElement): () => void
  /** Tiles are drawn in this many pixels of the screen from now on. */
  setWidth(pixels: number): void
  close(): void
}

/** Draws the tiles that are shown as they change; the host makes no others, and none while the page is hidden. */
export function openTileFeed(onConnection: (connected: boolean) => void): TileFeed {
  const targets = new Map<string, Target>()
  let socket: WebSocket | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let asking = false
  let attempt = 0
  let closed = false
  let images = 0
  let height = tileHeight(320)

  const ask = (): void => {
    if (asking) return
    asking = true
    // Tiles come and go together.
    queueMicrotask(() => {
      asking = false
      if (socket?.readyState === WebSocket.OPEN)
        socket.send(JSON.stringify({ type: 'tiles', tiles: [...targets.keys()].slice(0, maxTiles), height }))
    })
  }

  const take = async (message: ArrayBuffer): Promise<void> => {
    const bytes = new Uint8Array(message)
    const end = 1 + (bytes[0] ?? 0)
    const target = targets.get(new TextDecoder().decode(bytes.subarray(1, end)))
    if (target === undefined) return
    const image = ++images
    target.newest = image
    const { canvas } = target
    if (bytes.length === end) {
      canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height)
      canvas.dataset.state = 'empty'
      return
    }
    const bitmap = await createImageBitmap(new Blob([bytes.subarray(end)], { type: 'image/jpeg' }))
    if (target.newest === image) {
      if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
        canvas.width = bitmap.width
        canvas.height = bitmap.height
      }
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
      canvas.dataset.state = 'shown'
      canvas.dataset.images = String(Number(canvas.dataset.images ?? 0) + 1)
    }
    bitmap.close()
  }

  const connect = (): void => {
    if (closed || socket !== undefined || document.visibilityState === 'hidden') return
    const opened = new WebSocket(socketUrl('/studio/multiview-feed'))
    opened.binaryType = 'arraybuffer'
    socket = opened
    opened.onopen = () => {
      attempt = 0
      onConnection(true)
      ask()
    }
    opened.onmessage = ({ data }) => {
      // An image that cannot be read is followed by others.
      if (data instanceof ArrayBuffer) take(data).catch(() => undefined)
    }
    opened.onclose = () => {
      if (opened !== socket) return
      socket = undefined
      onConnection(false)
      clearTimeout(retry)
      retry = setTimeout(connect, reconnectDelayMs(attempt++, Math.random()))
    }
  }

  const leave = (): void => {
    clearTimeout(retry)
    const open = socket
    socket = undefined
    open?.close()
  }
  const onVisibility = (): void => (document.visibilityState === 'hidden' ? leave() : connect())
  document.addEventListener('visibilitychange', onVisibility)
  connect()

  return {
    show(id, canvas) {
      const target: Target = { canvas, newest: 0 }
      targets.set(id, target)
      ask()
      return () => {
        if (targets.get(id) !== target) return
        targets.delete(id)
        ask()
      }
    },
    setWidth(pixels) {
      if (height === tileHeight(pixels)) return
      height = tileHeight(pixels)
      ask()
    },
    close() {
      closed = true
      document.removeEventListener('visibilitychange', onVisibility)
      leave()
    },
  }
}
