import { WebSocket } from 'ws'
import type { ClientMessage } from '../../src-main/desktop/sessions/client-message.ts'
import type { RunningHost } from './host.ts'
import { until } from './until.ts'

/** Somebody at a shared display, as the host says it to everybody there. */
export interface AttendeeHere {
  readonly id: string
  readonly name: string
  readonly controls: boolean
  readonly asks: boolean
}

/** A message of the host as JSON; what each kind has besides. */
interface Said {
  readonly kind: string
  readonly code?: string
  readonly rights?: readonly string[]
  readonly attendee?: string
  readonly people?: readonly AttendeeHere[]
  readonly recording?: object | null
  readonly sdp?: string
  readonly via?: string
}

export interface ViewerOptions {
  /** The display whose session is opened; left out with `guest`, and where only strangers come. */
  readonly display?: string
  /** Of a token; left out: an admin of this machine. */
  readonly secret?: string
  /** Comes as a guest, with that secret. */
  readonly guest?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly port?: number
  /** False: updates are not acknowledged. */
  readonly draws?: boolean
  readonly onUpdate?: (message: Buffer) => void
}

/** Where each kind of binary message that is acknowledged has its number: see docs/desktop.md. */
const numberAt: Readonly<Record<number, number>> = { 1: 4, 2: 10, 3: 4 }

export const pressEnter: readonly ClientMessage[] = [
  { kind: 'key', code: 'Enter', key: 'Enter', down: true },
  { kind: 'key', code: 'Enter', key: 'Enter', down: false },
]

/** How much of the display a binary message of kind 1 (changed pixels) has. */
export function updatedPixels(message: Buffer): number {
  let pixels = 0
  for (let part = 0; part < message.readUInt16LE(2); part++)
    pixels += message.readUInt16LE(20 + 8 * part) * message.readUInt16LE(22 + 8 * part)
  return pixels
}

export type DesktopViewer = ReturnType<typeof watchDesktop>

/** A viewer of a display on the wire, as a page of somebody else's making would be one. Whoever opens it closes it. */
export function watchDesktop(host: Pick<RunningHost, 'httpPort'>, options: ViewerOptions = {}) {
  const { display, secret, guest, headers, port = host.httpPort, draws = true, onUpdate } = options
  const path = display === undefined ? 'guest' : `session?display=${display}`
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/desktop/${path}`, {
    headers: { ...headers, ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }) },
    maxPayload: 2 ** 30,
  })
  const said: Said[] = []
  let updates = 0
  let closed: number | undefined
  let rejected: number | undefined
  const send = (...messages: readonly ClientMessage[]) => {
    for (const message of messages) socket.send(JSON.stringify(message))
  }
  const heard = (kind: string) => until(() => said.find((each) => each.kind === kind) ?? false, `the host says ${kind}`)
  socket.on('open', () => {
    if (guest !== undefined) socket.send(JSON.stringify({ kind: 'hello', guest }))
  })
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) {
      said.push(JSON.parse(String(data)))
      return
    }
    updates++
    onUpdate?.(data)
    const at = numberAt[data[0]!]
    if (draws && at !== undefined) send({ kind: 'drawn', update: data.readUInt32LE(at) })
  })
  socket.on('close', (code) => {
    closed = code
  })
  socket.on('unexpected-response', (_request, { statusCode }) => {
    rejected = statusCode
  })
  socket.on('error', () => undefined)
  return {
    socket,
    said,
    send,
    heard,
    /** Binary messages so far. */
    updates: () => updates,
    /** The code that it was closed with. */
    closed: () => closed,
    /** The status that the upgrade was rejected with. */
    rejected: () => rejected,
    rights: () => said.findLast(({ kind }) => kind === 'rights')?.rights,
    people: () => said.findLast(({ kind }) => kind === 'people')?.people ?? [],
    id: () => said.find(({ kind }) => kind === 'rights')?.attendee ?? '',
    joined: () => heard('rights'),
    /** Types a line. */
    type: (text: string) => send({ kind: 'text', text }, ...pressEnter),
    leave: () => socket.close(),
    /** Resolves when the host has read everything that was sent. */
    read: () =>
      new Promise<void>((resolve) => {
        socket.once('pong', () => resolve())
        socket.ping()
      }),
  }
}
