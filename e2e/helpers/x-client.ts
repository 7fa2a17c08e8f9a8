import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** Where an X server is and what it wants to see of who connects. */
export interface XServer {
  /** `:N`. */
  readonly display: string
  readonly cookie: Buffer
}

export interface XWindowOptions {
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
  readonly className?: string
  readonly title?: string
  /** 0xrrggbb. */
  readonly background?: number
  readonly border?: number
}

/** A display of a server: a part of its screen. */
export interface XMonitor {
  readonly name: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly primary?: boolean
  /** Names one of `outputs()`: whose EDID is the monitor's. */
  readonly output?: number
}

const root = Symbol('root')

/**
 * A program that draws on an X server, to be captured: just enough of the X11 protocol (X Window System Protocol, X11R7.7) for windows,
 * images, cursors and monitors. Requests are carried out in the order of their calls; `sync` waits for all of them.
 */
export class XClient {
  readonly #socket: Socket
  #setup: Setup | undefined
  #buffered: Buffer = Buffer.alloc(0)
  #sequence = 0
  #nextId = 1
  readonly #replies = new Map<number, (reply: Buffer | undefined) => void>()
  /** Errors of the server: code and number of the request. */
  readonly errors: string[] = []
  /** Keys that windows of this client got: `press 67`, `release 67`. */
  readonly keys: string[] = []
  /** Called for each of them as it comes. */
  onKey: ((keycode: number, down: boolean) => void) | undefined
  /** What windows got of the pointer after `watchPointer`: `press 1 at 10,20`, `release 1 at 10,20`, `move to 11,20`; of the screen. */
  readonly pointer: string[] = []
  /** Fingers on the touch screens of the display after `watchTouches`: `begin 1 at 10,20`, with a number for each finger. */
  readonly touches: string[] = []
  #gc = 0
  #randr = 0

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  /** `screen`: number of the screen that it draws on. */
  static async connect({ display, cookie }: XServer, screen = 0): Promise<XClient> {
    const socket = connect(`/tmp/.X11-unix/X${display.slice(1)}`)
    const client = new XClient(socket)
    const name = Buffer.from('MIT-MAGIC-COOKIE-1')
    const hello = Buffer.alloc(12)
    hello.write('l')
    hello.writeUInt16LE(11, 2)
    hello.writeUInt16LE(name.length, 6)
    hello.writeUInt16LE(cookie.length, 8)
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', () => socket.write(Buffer.concat([hello, padded(name), padded(cookie)])))
      socket.on('data', (bytes) => {
        client.#buffered = Buffer.concat([client.#buffered, bytes])
        if (client.#setup === undefined) client.#readSetup(screen, resolve, reject)
        if (client.#setup !== undefined) client.#readAnswers()
      })
      socket.once('close', () => reject(new Error('the X server closed the connection')))
    })
    // The server may be killed by a test.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      for (const resolve of client.#replies.values()) resolve(undefined)
      client.#replies.clear()
    })
    client.#gc = client.#id()
    client.#request(55, 0, u32(client.#gc, client.root, 0))
    return client
  }

  get root(): number {
    return this.#setup!.root
  }

  createWindow({ x = 0, y = 0, width, height, className, title, background = 0, border = 0 }: XWindowOptions): number {
    const window = this.#id()
    const place = Buffer.alloc(12)
    place.writeInt16LE(x, 0)
    place.writeInt16LE(y, 2)
    place.writeUInt16LE(width, 4)
    place.writeUInt16LE(height, 6)
    place.writeUInt16LE(border, 8)
    place.writeUInt16LE(1, 10)
    const backPixel = 2
    this.#request(1, 0, u32(window, this.root), place, u32(0, backPixel, background))
    if (className !== undefined) this.setText(window, 67, `${className.toLowerCase()}\0${className}\0`)
    if (title !== undefined) this.setTitle(window, title)
    return window
  }

  setTitle(window: number, title: string): void {
    this.setText(window, 39, title)
  }

  /** Says which window is active, as window managers do (EWMH `_NET_ACTIVE_WINDOW`). */
  async setActive(window: number): Promise<void> {
    this.#request(18, 0, u32(this.root, await this.atom('_NET_ACTIVE_WINDOW'), 33), Buffer.from([32, 0, 0, 0]), u32(1, window))
  }

  /** Resolves when a window manager works: it says of a new window that it manages it (ICCCM `WM_STATE`), by when it has its own keys. */
  async untilManaged(): Promise<void> {
    const state = await this.atom('WM_STATE')
    const window = this.createWindow({ width: 1, height: 1 })
    this.map(window)
    while ((await this.#ask(20, 0, u32(window, state, 0, 0, 1))).readUInt32LE(8) === 0) await setTimeout(20)
    this.destroy(window)
  }

  /** Asks the window manager to bring a window to the front, as a task bar does. */
  async activate(window: number): Promise<void> {
    const [clientMessage, pager] = [33, 2]
    const event = Buffer.concat([
      Buffer.from([clientMessage, 32, 0, 0]),
      u32(window, await this.atom('_NET_ACTIVE_WINDOW'), pager, 0, 0, 0, 0),
    ])
    const [redirected, noticed] = [1 << 20, 1 << 19]
    this.#request(25, 0, u32(this.root, redirected | noticed), event)
  }

  /** Asks the window manager to let the window fill its monitor. */
  async maximise(window: number): Promise<void> {
    const [redirected, noticed, add, byProgram] = [1 << 20, 1 << 19, 1, 1]
    const [state, wide, high] = await Promise.all(
      ['_NET_WM_STATE', '_NET_WM_STATE_MAXIMIZED_HORZ', '_NET_WM_STATE_MAXIMIZED_VERT'].map((name) => this.atom(name)),
    )
    const event = Buffer.concat([Buffer.from([33, 32, 0, 0]), u32(window, state!, add, wide!, high!, byProgram, 0)])
    this.#request(25, 0, u32(this.root, redirected | noticed), event)
  }

  /** A property of type STRING; `atom` 39 is WM_NAME, 67 WM_CLASS. */
  setText(window: number, atom: number, text: string): void {
    const bytes = Buffer.from(text, 'latin1')
    this.#request(18, 0, u32(window, atom, 31), Buffer.from([8, 0, 0, 0]), u32(bytes.length), padded(bytes))
  }

  map(window: number): void {
    this.#request(8, 0, u32(window))
  }

  unmap(window: number): void {
    this.#request(10, 0, u32(window))
  }

  destroy(window: number): void {
    this.#request(4, 0, u32(window))
  }

  /** The window gets keys from now on, which `keys` lists. It must be on the screen. */
  focus(window: number): void {
    const [eventMask, pressAndRelease] = [1 << 11, 3]
    this.#request(2, 0, u32(window, eventMask, pressAndRelease))
    this.#request(42, 1, u32(window, 0))
  }

  /** The window gets keys and everything of the pointer from now on. */
  watchPointer(window: number): void {
    const [eventMask, keysButtonsAndMotion] = [1 << 11, 3 | 4 | 8 | 64]
    this.#request(2, 0, u32(window, eventMask, keysButtonsAndMotion))
  }

  /** The window gets touches from now on (XInput 2.2). */
  async watchTouches(window: number): Promise<void> {
    const extension = await this.#ask(98, 0, u16('XInputExtension'.length, 0), padded(Buffer.from('XInputExtension')))
    const [opcode, allMasters, beginUpdateAndEnd] = [extension.readUInt8(9), 1, 7 << 18]
    await this.#ask(opcode, 47, u16(2, 2))
    this.#request(opcode, 46, u32(window), u16(1, 0, allMasters, 1), u32(beginUpdateAndEnd))
    await this.sync()
  }

  /** Takes a key from all other programs, as a program with a hotkey does. */
  grabKey(keycode: number, modifiers: number): void {
    this.#request(33, 0, u32(this.root), u16(modifiers), Buffer.from([keycode, 1, 1, 0, 0, 0]))
  }

  ungrabKey(keycode: number, modifiers: number): void {
    this.#request(34, keycode, u32(this.root), u16(modifiers, 0))
  }

  /** Gives keys of the keyboard other keysyms, one each, from the first on. */
  mapKeys(first: number, ...keysyms: readonly number[]): void {
    this.#request(100, keysyms.length, Buffer.from([first, 1, 0, 0]), u32(...keysyms))
  }

  /** Moves and resizes; above all others. */
  place(window: number, x: number, y: number, width: number, height: number): void {
    const all = 1 | 2 | 4 | 8 | 64
    this.#request(12, 0, u32(window), u16(all, 0), u32(x, y, width, height, 0))
  }

  /** `color` is 0xrrggbb. */
  fill(drawable: number, x: number, y: number, width: number, height: number, color: number): void {
    this.#request(56, 0, u32(this.#gc, 4, color))
    this.#request(70, 0, u32(drawable, this.#gc), u16(x, y, width, height))
  }

  /** Rows of 32-bit pixels, B G R and one that means nothing. Seen as a whole where it is less than 256 KB. */
  putImage(drawable: number, x: number, y: number, width: number, height: number, pixels: Uint8Array): void {
    const rows = Math.max(1, Math.floor((65_535 * 4 - 64) / (width * 4)))
    for (let row = 0; row < height; row += rows) {
      const count = Math.min(rows, height - row)
      const head = Buffer.alloc(12)
      head.writeUInt16LE(width, 0)
      head.writeUInt16LE(count, 2)
      head.writeInt16LE(x, 4)
      head.writeInt16LE(y + row, 6)
      head.writeUInt8(this.#setup!.depth, 9)
      this.#request(72, 2, u32(drawable, this.#gc), head, pixels.subarray(row * width * 4, (row + count) * width * 4))
    }
  }

  movePointer(x: number, y: number): void {
    this.#request(41, 0, u32(0, this.root), u16(0, 0, 0, 0, x, y))
  }

  /** A square of one colour for the pointer of that window (or of all). Its hot spot is the upper left corner. */
  setSquareCursor(window: number | typeof root, size: number, color: number): void {
    const [shape, gc, cursor] = [this.#id(), this.#id(), this.#id()]
    this.#request(53, 1, u32(shape, this.root), u16(size, size))
    this.#request(55, 0, u32(gc, shape, 4, 1))
    this.#request(70, 0, u32(shape, gc), u16(0, 0, size, size))
    const channels = [color >> 16, (color >> 8) & 255, color & 255].map((channel) => channel * 257)
    this.#request(93, 0, u32(cursor, shape, shape), u16(...channels, ...channels, 0, 0))
    this.#request(2, 0, u32(window === root ? this.root : window, 1 << 14, cursor))
  }

  setRootCursor(size: number, color: number): void {
    this.setSquareCursor(root, size, color)
  }

  /** Outputs of the screen, for EDID and monitors (RandR 1.5). */
  async outputs(): Promise<readonly number[]> {
    await this.#needRandr()
    const reply = await this.#ask(this.#randr, 25, u32(this.root))
    const crtcs = reply.readUInt16LE(16)
    return Array.from({ length: reply.readUInt16LE(18) }, (_, index) => reply.readUInt32LE(32 + (crtcs + index) * 4))
  }

  /** Places of its monitors as programs see them, as `x,y widthxheight`. */
  async monitors(): Promise<readonly string[]> {
    await this.#needRandr()
    const reply = await this.#ask(this.#randr, 42, u32(this.root, 1))
    const found: string[] = []
    for (let at = 32; found.length < reply.readUInt32LE(12); at += 24 + 4 * reply.readUInt16LE(at + 6)) {
      const [x, y, width, height] = [8, 10, 12, 14].map((offset) => reply.readUInt16LE(at + offset))
      found.push(`${x},${y} ${width}x${height}`)
    }
    return found
  }

  /** What a monitor at that output says of itself. */
  async setEdid(output: number, edid: Buffer): Promise<void> {
    await this.#needRandr()
    const [property, integer] = [await this.atom('EDID'), 19]
    this.#request(this.#randr, 13, u32(output, property, integer), Buffer.from([8, 0, 0, 0]), u32(edid.length), padded(edid))
  }

  async setMonitor({ name, x, y, width, height, primary = false, output }: XMonitor): Promise<void> {
    await this.#needRandr()
    const flags = Buffer.from([primary ? 1 : 0, 0, output === undefined ? 0 : 1, 0])
    const outputs = output === undefined ? [] : [output]
    this.#request(this.#randr, 43, u32(this.root, await this.atom(name)), flags, u16(x, y, width, height), u32(0, 0, ...outputs))
  }

  async deleteMonitor(name: string): Promise<void> {
    await this.#needRandr()
    this.#request(this.#randr, 44, u32(this.root, await this.atom(name)))
  }

  /** The brightest step of each monitor's gamma ramps; 0: it is black. */
  async brightness(): Promise<readonly number[]> {
    await this.#needRandr()
    const resources = await this.#ask(this.#randr, 25, u32(this.root))
    const crtcs = Array.from({ length: resources.readUInt16LE(16) }, (_, index) => resources.readUInt32LE(32 + index * 4))
    const ramps = await Promise.all(crtcs.map((crtc) => this.#ask(this.#randr, 23, u32(crtc))))
    return ramps.map((reply) => {
      const steps = reply.readUInt16LE(8) * 3
      return Math.max(...Array.from({ length: steps }, (_, step) => reply.readUInt16LE(32 + step * 2)))
    })
  }

  /** Gives every monitor these ramps of one step after the other, as a program for the night does: a half is half as bright. */
  async setBrightness(share: number): Promise<void> {
    await this.#needRandr()
    const resources = await this.#ask(this.#randr, 25, u32(this.root))
    for (let index = 0; index < resources.readUInt16LE(16); index++) {
      const crtc = resources.readUInt32LE(32 + index * 4)
      const size = (await this.#ask(this.#randr, 22, u32(crtc))).readUInt16LE(8)
      const ramp = Array.from({ length: size }, (_, step) => Math.round((65_535 * share * step) / (size - 1)))
      this.#request(this.#randr, 24, u32(crtc), u16(size, 0), u16(...ramp, ...ramp, ...ramp))
    }
    await this.sync()
  }

  /** Presses and releases a key of a keyboard that is no program's: as if somebody sat at the machine. `name`: of the device. */
  async typeAtDevice(name: string, keycode: number): Promise<void> {
    const extension = async (of: string): Promise<Buffer> => this.#ask(98, 0, u16(of.length, 0), padded(Buffer.from(of)))
    const input = await extension('XInputExtension')
    const opcode = input.readUInt8(9)
    await this.#ask(opcode, 47, u16(2, 2))
    const devices = await this.#ask(opcode, 48, u16(0, 0))
    let device: number | undefined
    for (let left = devices.readUInt16LE(8), at = 32; left > 0; left--) {
      const [classes, length] = [devices.readUInt16LE(at + 6), devices.readUInt16LE(at + 8)]
      if (devices.toString('latin1', at + 12, at + 12 + length) === name) device = devices.readUInt16LE(at)
      at += 12 + Math.ceil(length / 4) * 4
      for (let each = 0; each < classes; each++) at += devices.readUInt16LE(at + 2) * 4
    }
    if (device === undefined) throw new Error(`no device ${name}`)
    const test = (await extension('XTEST')).readUInt8(9)
    const [press, release] = [1, 2]
    for (const kind of [press, release]) {
      const event = Buffer.alloc(32)
      event.writeUInt8(input.readUInt8(10) + kind, 0)
      event.writeUInt8(keycode, 1)
      event.writeUInt8(device, 31)
      this.#request(test, 2, event)
    }
    await this.sync()
  }

  async atom(name: string): Promise<number> {
    const reply = await this.#ask(16, 0, u16(name.length, 0), padded(Buffer.from(name)))
    return reply.readUInt32LE(8)
  }

  /** Owns a selection, and answers nobody who asks for it. */
  async ownSelection(name: string): Promise<void> {
    const window = this.createWindow({ width: 1, height: 1 })
    this.#request(22, 0, u32(window, await this.atom(name), 0))
    await this.sync()
  }

  /** Resolves when the server has done all that was asked before. */
  async sync(): Promise<void> {
    await this.#ask(43, 0)
  }

  close(): void {
    this.#socket.destroy()
  }

  async #needRandr(): Promise<void> {
    if (this.#randr > 0) return
    const reply = await this.#ask(98, 0, u16('RANDR'.length, 0), padded(Buffer.from('RANDR')))
    this.#randr = reply.readUInt8(9)
    await this.#ask(this.#randr, 0, u32(1, 5))
  }

  #id(): number {
    return this.#setup!.idBase | this.#nextId++
  }

  #request(opcode: number, data: number, ...parts: readonly Uint8Array[]): number {
    const body = Buffer.concat(parts)
    const head = Buffer.alloc(4)
    head.writeUInt8(opcode, 0)
    head.writeUInt8(data, 1)
    head.writeUInt16LE(1 + body.length / 4, 2)
    this.#socket.write(Buffer.concat([head, body]))
    this.#sequence = (this.#sequence + 1) & 0xffff
    return this.#sequence
  }

  #ask(opcode: number, data: number, ...parts: readonly Uint8Array[]): Promise<Buffer> {
    const sequence = this.#request(opcode, data, ...parts)
    return new Promise((resolve, reject) =>
      this.#replies.set(sequence, (reply) => (reply ? resolve(reply) : reject(new Error(`X request ${opcode}.${data} failed`)))),
    )
  }

  #readSetup(number: number, resolve: () => void, reject: (error: Error) => void): void {
    if (this.#buffered.length < 8) return
    const size = 8 + this.#buffered.readUInt16LE(6) * 4
    if (this.#buffered.length < size) return
    const setup = this.#buffered.subarray(0, size)
    this.#buffered = this.#buffered.subarray(size)
    if (setup.readUInt8(0) !== 1) {
      reject(new Error(`refused: ${setup.toString('latin1', 8)}`))
      return
    }
    let screen = 40 + Math.ceil(setup.readUInt16LE(24) / 4) * 4 + setup.readUInt8(29) * 8
    for (let skipped = 0; skipped < number; skipped++) {
      const depths = setup.readUInt8(screen + 39)
      screen += 40
      for (let depth = 0; depth < depths; depth++) screen += 8 + setup.readUInt16LE(screen + 2) * 24
    }
    this.#setup = { idBase: setup.readUInt32LE(12), root: setup.readUInt32LE(screen), depth: setup.readUInt8(screen + 38) }
    resolve()
  }

  #readAnswers(): void {
    for (;;) {
      if (this.#buffered.length < 32) return
      const type = this.#buffered.readUInt8(0) & 0x7f
      const size = 32 + (type === 1 || type === 35 ? this.#buffered.readUInt32LE(4) * 4 : 0)
      if (this.#buffered.length < size) return
      const message = this.#buffered.subarray(0, size)
      this.#buffered = this.#buffered.subarray(size)
      if (type === 2 || type === 3) {
        this.keys.push(`${type === 2 ? 'press' : 'release'} ${message.readUInt8(1)}`)
        this.onKey?.(message.readUInt8(1), type === 2)
      }
      if (type >= 4 && type <= 6) {
        const at = `${message.readInt16LE(20)},${message.readInt16LE(22)}`
        this.pointer.push(type === 6 ? `move to ${at}` : `${type === 4 ? 'press' : 'release'} ${message.readUInt8(1)} at ${at}`)
      }
      const touch = type === 35 ? ['begin', 'move', 'end'][message.readUInt16LE(8) - 18] : undefined
      if (touch !== undefined) {
        const [x, y] = [message.readInt16LE(34), message.readInt16LE(38)]
        this.touches.push(`${touch} ${message.readUInt32LE(16)} at ${x},${y}`)
      }
      if (type > 1) continue
      const sequence = message.readUInt16LE(2)
      if (type === 0) this.errors.push(`error ${message.readUInt8(1)} of request ${message.readUInt8(10)}.${message.readUInt16LE(8)}`)
      const resolve = this.#replies.get(sequence)
      this.#replies.delete(sequence)
      resolve?.(type === 1 ? message : undefined)
    }
  }
}

interface Setup {
  readonly idBase: number
  readonly root: number
  readonly depth: number
}

/** Negative ones as two's complement. */
function u32(...values: readonly number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer)
}

function u16(...values: readonly number[]): Buffer {
  return Buffer.from(Uint16Array.from(values).buffer)
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}
