import { reconnectDelayMs, socketUrl } from '../../client/event-socket.ts'
import { type FeedConfig, type FeedText, readFrame } from './feed-messages.ts'
import { Latency } from './latency.ts'

/** What a player says of itself, about twice a second. */
export interface PlayerStatus {
  /** ms behind the studio; undefined while nothing is known. */
  readonly behind?: { readonly p50: number; readonly p95: number }
  /** Frames shown in the last second. */
  readonly fps: number
  /** Nothing in it moves: the studio sends two frames a second. */
  readonly still?: boolean
  /** Why nothing is shown. */
  readonly problem?: string
}

export interface CanvasPlayer {
  stop(): void
}

export interface FeedPlayerOptions {
  readonly target: HTMLCanvasElement
  /** Path of the endpoint below `/api/v1`, with which canvas of it. */
  readonly path: string
  readonly height: number
  readonly onFrame: (number: number) => void
  readonly onStatus: (status: PlayerStatus) => void
  /** This browser cannot play it. */
  readonly onUnable: () => void
}

const statusMs = 500
/** Between two frames of a video that does not move more time passes, ms. */
const stillMs = 400
/** Frames that are reported as shown together. */
const shownEach = 3
/** Frames that may wait for the decoder; more are not drawn, so that it catches up. */
const maxWaiting = 3

/** True where frames can be decoded here: pages on https:// and on this machine. */
export const canPlayFeed = (): boolean => typeof VideoDecoder === 'function'

/** Plays the preview feed of a canvas into an element, frame by frame as they come. */
export function playFeed(options: FeedPlayerOptions): CanvasPlayer {
  const { target, path, height, onFrame, onStatus, onUnable } = options
  const context = target.getContext('2d', { alpha: false })
  const latency = new Latency()
  const url = socketUrl(`${path}&height=${height}`)
  let socket: WebSocket | undefined
  let decoder: VideoDecoder | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let attempt = 0
  let stopped = false
  let problem: string | undefined
  let shown = 0
  let fps = 0
  let unreported = 0
  let frameMs = 0
  let newest = 0
  let still = false
  let awaitsKey = true
  /** Frames of before this page came are decoded: they say nothing of how far behind it is. */
  let catchesUp = true
  /** When each frame in the decoder was due, by its number. */
  const due = new Map<number, number>()
  /** ms since 1970, finer than Date.now(). */
  const now = (): number => performance.timeOrigin + performance.now()
  const say = (message: object): void => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
  }

  const draw = (frame: VideoFrame): void => {
    const number = frame.timestamp
    if (stopped || context === null) {
      frame.close()
      return
    }
    const dueMs = due.get(number)
    for (const each of due.keys()) if (each <= number) due.delete(each)
    if ((decoder?.decodeQueueSize ?? 0) <= maxWaiting) {
      if (target.width !== frame.displayWidth || target.height !== frame.displayHeight) {
        target.width = frame.displayWidth
        target.height = frame.displayHeight
      }
      context.drawImage(frame, 0, 0, target.width, target.height)
      shown++
      if (decoder?.decodeQueueSize === 0) catchesUp = false
      if (dueMs !== undefined && !catchesUp) latency.takeFrame(now(), dueMs)
      onFrame(number)
    }
    frame.close()
    unreported++
    if (unreported < shownEach && (decoder?.decodeQueueSize ?? 0) > 0) return
    unreported = 0
    say({ type: 'shown', frame: number })
  }

  const closeDecoder = (): void => {
    if (decoder !== undefined && decoder.state !== 'closed') decoder.close()
    decoder = undefined
    due.clear()
    awaitsKey = true
    catchesUp = true
  }

  const configure = (config: FeedConfig): void => {
    closeDecoder()
    latency.forget()
    frameMs = 1000 / config.frameRate
    const settings: VideoDecoderConfig = {
      codec: config.codec,
      description: Uint8Array.from(atob(config.description), (letter) => letter.charCodeAt(0)),
      codedWidth: config.width,
      codedHeight: config.height,
      optimizeForLatency: true,
    }
    const made = new VideoDecoder({
      output: draw,
      error: () => {
        if (made === decoder) reopen()
      },
    })
    decoder = made
    try {
      made.configure(settings)
    } catch {
      give()
      return
    }
    VideoDecoder.isConfigSupported(settings).then(
      ({ supported }) => {
        if (supported !== true && made === decoder) give()
      },
      () => undefined,
    )
  }

  const give = (): void => {
    stop()
    onUnable()
  }

  const onText = (text: string): void => {
    const message = JSON.parse(text) as FeedText
    if (message.type === 'config') {
      attempt = 0
      problem = undefined
      configure(message)
    } else if (message.type === 'fault') problem = message.problem
    else if (message.type === 'time') latency.takeTime(message.at, now(), message.host)
  }

  const onBinary = (bytes: ArrayBuffer): void => {
    const frame = readFrame(bytes)
    if (frame === undefined || decoder === undefined || decoder.state !== 'configured' || (awaitsKey && !frame.key)) return
    awaitsKey = false
    due.set(frame.number, frame.dueMs)
    still = (frame.number - newest) * frameMs >= stillMs
    newest = frame.number
    decoder.decode(new EncodedVideoChunk({ type: frame.key ? 'key' : 'delta', timestamp: frame.number, data: frame.data }))
  }

  const connect = (): void => {
    const opened = new WebSocket(url)
    opened.binaryType = 'arraybuffer'
    socket = opened
    opened.onopen = () => say({ type: 'time', at: now() })
    opened.onmessage = ({ data }) => {
      if (opened !== socket) return
      if (typeof data === 'string') onText(data)
      else onBinary(data as ArrayBuffer)
    }
    opened.onclose = () => {
      if (opened === socket) reopen()
    }
  }

  const reopen = (): void => {
    const open = socket
    socket = undefined
    open?.close()
    closeDecoder()
    if (stopped || retry !== undefined) return
    retry = setTimeout(
      () => {
        retry = undefined
        connect()
      },
      reconnectDelayMs(attempt++, Math.random()),
    )
  }

  let looked = performance.now()
  const timer = setInterval(() => {
    const at = performance.now()
    fps = (shown * 1000) / (at - looked)
    looked = at
    shown = 0
    const { behind } = latency
    onStatus({ fps, still, ...(behind === undefined ? {} : { behind }), ...(problem === undefined ? {} : { problem }) })
    say({ type: 'time', at: now() })
  }, statusMs)

  const stop = (): void => {
    stopped = true
    clearInterval(timer)
    clearTimeout(retry)
    const open = socket
    socket = undefined
    open?.close()
    closeDecoder()
  }

  connect()
  return { stop }
}
