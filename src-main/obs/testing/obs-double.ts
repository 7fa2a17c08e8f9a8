import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

/**
 * A double of OBS for what a real one cannot be made to do: be too old, hang in mid-request, flood, close with a code. It has one scene and
 * answers what the mirror reads.
 */

const sha = (text: string): string => createHash('sha256').update(text).digest('base64')

type Answer = { readonly status: number; readonly data?: unknown; readonly comment?: string }

export interface ObsDoubleOptions {
  readonly password?: string
  readonly webSocketVersion?: string
  /** Requests that it does not have. */
  readonly without?: readonly string[]
  /** Speaks WebSocket and nothing of obs-websocket. */
  readonly mute?: boolean
  /** Requests that it answers besides, with their answers. */
  readonly more?: Readonly<Record<string, unknown>>
  /** What it says of its version besides. `extraRequests` are listed behind those that it answers. */
  readonly version?: Readonly<Record<string, unknown>> & { readonly extraRequests?: readonly string[] }
}

const known: Readonly<Record<string, unknown>> = {
  GetSceneList: { currentProgramSceneName: 'One', currentPreviewSceneName: null, scenes: [{ sceneName: 'One', sceneIndex: 0 }] },
  GetGroupList: { groups: [] },
  GetInputList: { inputs: [{ inputName: 'mic', inputKind: 'pulse_input_capture' }] },
  GetSceneItemList: {
    sceneItems: [{ sceneItemId: 1, sceneItemIndex: 0, sourceName: 'mic', sourceType: 'OBS_SOURCE_TYPE_INPUT', sceneItemTransform: {} }],
  },
  GetSourceFilterList: { filters: [] },
  GetSceneTransitionList: { transitions: [] },
  GetStudioModeEnabled: { studioModeEnabled: false },
  GetStreamStatus: { outputActive: false },
  GetRecordStatus: { outputActive: false },
  GetInputMute: { inputMuted: false },
  GetInputVolume: { inputVolumeDb: 0, inputVolumeMul: 1 },
  GetSourceActive: { videoActive: false, videoShowing: false },
  SetCurrentProgramScene: {},
  SetInputVolume: {},
  SetInputSettings: {},
  SetRecordDirectory: {},
  StartStream: {},
}

export class ObsDouble {
  readonly port: number
  /** Requests that came, oldest first. */
  readonly asked: { readonly request: string; readonly data: Record<string, unknown> }[] = []
  /** What it answers now, by request. */
  readonly answers: Record<string, unknown>
  /** Requests that it takes and never answers. */
  readonly hangs = new Set<string>()
  /** Requests that it takes and answers at `release`. */
  readonly holds = new Set<string>()
  readonly #held: (() => void)[] = []
  readonly #server: WebSocketServer
  readonly #options: ObsDoubleOptions
  readonly #clients = new Set<WebSocket>()

  private constructor(server: WebSocketServer, options: ObsDoubleOptions) {
    this.#server = server
    this.#options = options
    this.answers = { ...known, ...options.more }
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket) => this.#serve(socket))
  }

  static async start(options: ObsDoubleOptions = {}, port = 0): Promise<ObsDouble> {
    const server = new WebSocketServer({ host: '127.0.0.1', port, handleProtocols: () => (options.mute ? false : 'obswebsocket.json') })
    await new Promise((resolve) => server.once('listening', resolve))
    return new ObsDouble(server, options)
  }

  get clients(): number {
    return this.#clients.size
  }

  emit(eventType: string, eventData: unknown = {}): void {
    this.raw({ op: 5, d: { eventType, eventIntent: 1, eventData } })
  }

  raw(message: object): void {
    for (const socket of this.#clients) socket.send(JSON.stringify(message))
  }

  /** Answers the oldest request that waits for it. */
  release(): void {
    this.#held.shift()?.()
  }

  close(code: number): void {
    for (const socket of this.#clients) socket.close(code, 'said so')
  }

  async stop(): Promise<void> {
    for (const socket of this.#clients) socket.terminate()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: WebSocket): void {
    this.#clients.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.#clients.delete(socket))
    if (this.#options.mute) return
    const { password, webSocketVersion = '5.1.0' } = this.#options
    const send = (op: number, d: unknown): void => socket.send(JSON.stringify({ op, d }))
    send(0, {
      obsWebSocketVersion: webSocketVersion,
      rpcVersion: 1,
      ...(password === undefined ? {} : { authentication: { challenge: 'challenge', salt: 'salt' } }),
    })
    socket.on('message', (text) => {
      const { op, d } = JSON.parse(String(text))
      if (op === 1) {
        const expected = password === undefined ? undefined : sha(`${sha(`${password}salt`)}challenge`)
        if (d.authentication === expected) send(2, { negotiatedRpcVersion: 1 })
        else socket.close(4009, 'Authentication failed.')
      } else if (op === 6) {
        const answer = this.#answer(d.requestType, d.requestData ?? {})
        const reply = (): void => {
          if (answer !== undefined) send(7, { requestType: d.requestType, requestId: d.requestId, ...spoken(answer) })
        }
        if (this.holds.has(d.requestType)) this.#held.push(reply)
        else reply()
      } else if (op === 8) {
        const answers = d.requests.map((each: { requestType: string; requestData?: Record<string, unknown> }) => ({
          requestType: each.requestType,
          answer: this.#answer(each.requestType, each.requestData ?? {}),
        }))
        if (answers.some(({ answer }: { answer?: Answer }) => answer === undefined)) return
        const results = answers.map(({ requestType, answer }: { requestType: string; answer: Answer }) => ({
          requestType,
          ...spoken(answer),
        }))
        send(9, { requestId: d.requestId, results })
      }
    })
  }

  #answer(request: string, data: Record<string, unknown>): Answer | undefined {
    const { webSocketVersion = '5.1.0', without = [], version: { extraRequests = [], ...version } = {} } = this.#options
    this.asked.push({ request, data })
    if (this.hangs.has(request)) return undefined
    if (request === 'GetVersion') {
      const availableRequests = [...Object.keys(this.answers).filter((name) => !without.includes(name)), ...extraRequests]
      return {
        status: 100,
        data: { obsVersion: '29.0.2', obsWebSocketVersion: webSocketVersion, rpcVersion: 1, ...version, availableRequests },
      }
    }
    return Object.hasOwn(this.answers, request) ? { status: 100, data: this.answers[request] } : { status: 204, comment: 'unknown' }
  }
}

function spoken({ status, data, comment }: Answer): object {
  return {
    requestStatus: { result: status === 100, code: status, ...(comment && { comment }) },
    ...(data === undefined ? {} : { responseData: data }),
  }
}
