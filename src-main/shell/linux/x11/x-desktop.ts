import type { Bounds, Display } from '../../placement.ts'
import type { OpenedWindow, SeenWindow, WindowSystem } from '../../windows/window-system.ts'
import { text, words, XConnection } from './x-connection.ts'

const operations = { getGeometry: 14, internAtom: 16, getAtomName: 17, getProperty: 20, sendEvent: 25, translate: 40, queryExtension: 98 }
/** Minor operations of RandR. */
const randr = { queryVersion: 0, getMonitors: 42 }
const clientMessage = 33
/** SubstructureNotify and SubstructureRedirect: window managers read such events. */
const forManagers = 0x180000
/** Asked by a person: window managers that keep programs from taking the focus follow it. */
const fromPager = 2
/** More windows than anybody has. */
const maxWindows = 1000
const maxNameBytes = 200

/** Windows and displays of an X server (EWMH 1.5, RandR 1.5). Connects again where the server was lost. */
export class XDesktop implements WindowSystem {
  readonly #env: Readonly<Record<string, string | undefined>>
  #connection: Promise<XConnection | undefined> | undefined
  #atoms = new Map<string, number>()

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env
  }

  async displays(): Promise<readonly Display[]> {
    const connection = await this.#open()
    if (connection === undefined) return []
    const extension = await connection.ask(operations.queryExtension, 0, text('RANDR'))
    const major = extension?.[8] === 1 ? extension[9] : undefined
    if (major === undefined) return []
    await connection.ask(major, randr.queryVersion, words(1, 5))
    const reply = await connection.ask(major, randr.getMonitors, words(connection.root, 1))
    if (reply === undefined) return []
    const displays: Display[] = []
    let at = 32
    for (let left = reply.readUInt32LE(12); left > 0 && at + 24 <= reply.length; left--) {
      const name = (await this.#atomName(connection, reply.readUInt32LE(at))) || `Display ${displays.length + 1}`
      const bounds = {
        x: reply.readInt16LE(at + 8),
        y: reply.readInt16LE(at + 10),
        width: reply.readUInt16LE(at + 12),
        height: reply.readUInt16LE(at + 14),
      }
      if (bounds.width > 0 && bounds.height > 0) displays.push({ id: name, name, bounds, primary: reply[at + 4] === 1 })
      at += 24 + reply.readUInt16LE(at + 6) * 4
    }
    return displays
  }

  async look({ pid }: OpenedWindow): Promise<SeenWindow | undefined> {
    const connection = await this.#open()
    const window = connection && (await this.#find(connection, pid))
    if (connection === undefined || window === undefined) return undefined
    const [geometry, place, states, shadow] = await Promise.all([
      connection.ask(operations.getGeometry, 0, words(window)),
      connection.ask(operations.translate, 0, words(window, connection.root, 0)),
      this.#numbers(connection, window, '_NET_WM_STATE'),
      this.#numbers(connection, window, '_GTK_FRAME_EXTENTS'),
    ])
    if (geometry === undefined || place === undefined) return undefined
    const has = async (name: string): Promise<boolean> => states.includes(await this.#atom(connection, name))
    const [left = 0, right = 0, top = 0, bottom = 0] = shadow
    const bounds: Bounds = {
      x: place.readInt16LE(12) + left,
      y: place.readInt16LE(14) + top,
      width: geometry.readUInt16LE(16) - left - right,
      height: geometry.readUInt16LE(18) - top - bottom,
    }
    return {
      bounds,
      maximised: (await has('_NET_WM_STATE_MAXIMIZED_HORZ')) && (await has('_NET_WM_STATE_MAXIMIZED_VERT')),
      fullScreen: await has('_NET_WM_STATE_FULLSCREEN'),
      hidden: await has('_NET_WM_STATE_HIDDEN'),
    }
  }

  async raise({ pid }: OpenedWindow): Promise<boolean> {
    const connection = await this.#open()
    const window = connection && (await this.#find(connection, pid))
    if (connection === undefined || window === undefined) return false
    const head = Buffer.from([clientMessage, 32, 0, 0])
    const event = Buffer.concat([head, words(window, await this.#atom(connection, '_NET_ACTIVE_WINDOW'), fromPager, 0, 0, 0, 0)])
    connection.send(operations.sendEvent, 0, Buffer.concat([words(connection.root, forManagers), event]))
    return true
  }

  close(): void {
    void this.#connection?.then((connection) => connection?.close())
    this.#connection = undefined
  }

  async #open(): Promise<XConnection | undefined> {
    const known = await this.#connection
    if (known !== undefined && !known.lost) return known
    this.#atoms = new Map()
    this.#connection = XConnection.open(this.#env)
    return this.#connection
  }

  /** The window of a program, of those that the window manager lists. */
  async #find(connection: XConnection, pid: number | undefined): Promise<number | undefined> {
    if (pid === undefined) return undefined
    const windows = await this.#numbers(connection, connection.root, '_NET_CLIENT_LIST')
    const pids = await Promise.all(windows.map(async (window) => (await this.#numbers(connection, window, '_NET_WM_PID'))[0]))
    return windows.find((_, index) => pids[index] === pid)
  }

  /** Words of a property; none where it is not there. */
  async #numbers(connection: XConnection, window: number, name: string): Promise<readonly number[]> {
    const reply = await connection.ask(operations.getProperty, 0, words(window, await this.#atom(connection, name), 0, 0, maxWindows))
    if (reply === undefined || reply[1] !== 32) return []
    const count = Math.min(reply.readUInt32LE(16), (reply.length - 32) / 4)
    return Array.from({ length: count }, (_, index) => reply.readUInt32LE(32 + index * 4))
  }

  async #atom(connection: XConnection, name: string): Promise<number> {
    const known = this.#atoms.get(name)
    if (known !== undefined) return known
    const reply = await connection.ask(operations.internAtom, 0, text(name))
    const atom = reply?.readUInt32LE(8) ?? 0
    this.#atoms.set(name, atom)
    return atom
  }

  async #atomName(connection: XConnection, atom: number): Promise<string> {
    const reply = await connection.ask(operations.getAtomName, 0, words(atom))
    return reply === undefined ? '' : reply.subarray(32, 32 + Math.min(reply.readUInt16LE(8), maxNameBytes)).toString('latin1')
  }
}
