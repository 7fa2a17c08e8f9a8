import { inflateRawSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { ChangedParts } from './changed-parts.ts'
import type { DesktopChange, NativeDesktopInput } from './desktop-addon.ts'
import { keysymOf, keysymOfCharacter } from './keysyms.ts'
import { Motion } from './motion.ts'
import type { TouchPlace } from './touch/touch-events.ts'
import { Viewer } from './viewer.ts'

/** Keys and buttons as they reach the display: `+38` pressed, `-38` released. Every keysym has the keycode of its last byte. */
function display() {
  const seen: string[] = []
  /** Keys that can be given a meaning before programs have read what was typed. */
  const free = { keys: Number.POSITIVE_INFINITY }
  const input: NativeDesktopInput = {
    press(keysym) {
      if (keysym === 0) return 0
      seen.push(`+${keysym & 0xff}`)
      return keysym & 0xff
    },
    prepare: (keysyms) => {
      const ready = Math.min(free.keys, keysyms.length)
      free.keys -= ready
      return ready
    },
    release: (keycode) => seen.push(`-${keycode}`),
    move: (x, y) => seen.push(`${x},${y}`),
    shift: (x, y) => seen.push(`by ${x},${y}`),
    button: (number, down) => seen.push(`${down ? 'down' : 'up'} ${number}`),
    releaseAll: () => seen.push('all'),
    close() {},
  }
  const sent: Buffer[] = []
  let touches = 0
  const touchScreen = {
    begin: ({ x, y }: TouchPlace) => {
      seen.push(`touch ${++touches} at ${x},${y}`)
      return touches
    },
    move: (touch: number, { x, y }: TouchPlace) => seen.push(`move ${touch} to ${x},${y}`),
    end: (touch: number) => seen.push(`lift ${touch}`),
  }
  const viewer = new Viewer({
    raw: false,
    input,
    touchScreen,
    send: (parts) => sent.push(Buffer.concat(parts)),
    onSize() {},
    onArrange() {},
  })
  return { seen, sent, viewer, free }
}

const frame = (parts: DesktopChange['parts']): DesktopChange => ({
  kind: 'changed',
  width: 100,
  height: 50,
  parts,
  noticedUs: 1000,
  readyUs: 1100,
})
const part = { x: 10, y: 20, width: 30, height: 20 }
const pixelsOf = ({ width, height }: { readonly width: number; readonly height: number }) => Buffer.alloc(width * height * 4, 7)

describe('what a viewer is sent', () => {
  it('is the part that changed, with its place and its compressed pixels', () => {
    const { viewer, sent } = display()
    viewer.changed([part])
    viewer.show(frame([part]), pixelsOf, 3500)
    const [message] = sent
    expect([message![0], message![1], message!.readUInt16LE(2), message!.readUInt32LE(4)]).toEqual([1, 1, 1, 1])
    expect([8, 10, 16, 18, 20, 22].map((at) => message!.readUInt16LE(at))).toEqual([100, 50, 10, 20, 30, 20])
    expect([message!.readUInt16LE(12), message!.readUInt16LE(14)]).toEqual([10, 240])
    expect(inflateRawSync(message!.subarray(24))).toEqual(pixelsOf(part))
  })

  it('says which change is the first since a key went down', () => {
    const { viewer, sent } = display()
    const shown = (noticedUs: number): number => {
      viewer.changed([part])
      viewer.show({ ...frame([part]), noticedUs, readyUs: noticedUs }, pixelsOf, noticedUs)
      viewer.hear({ kind: 'drawn', update: sent.length })
      return sent.at(-1)![1]! & 2
    }
    const later = Number(process.hrtime.bigint() / 1000n) + 60_000_000
    expect(shown(later)).toBe(0)
    viewer.hear({ kind: 'key', code: 'KeyA', key: 'a', down: true })
    expect([shown(1000), shown(later), shown(later)]).toEqual([0, 2, 0])
  })

  it('waits while two updates are on their way, and is everything unseen afterwards', () => {
    const { viewer, sent } = display()
    for (let count = 0; count < 5; count++) {
      viewer.changed([{ ...part, y: count }])
      viewer.show(frame([part]), pixelsOf, 2000)
    }
    expect(sent).toHaveLength(2)
    expect(viewer.wants).toBe(false)
    // More than was sent cannot have been drawn.
    viewer.hear({ kind: 'drawn', update: 4_000_000_000 })
    viewer.show(frame([]), pixelsOf, 2000)
    expect(sent).toHaveLength(3)
    expect(sent[2]!.readUInt16LE(2)).toBe(3)
    expect(viewer.wants).toBe(false)
  })

  it('stays within a display that became smaller', () => {
    const parts = new ChangedParts()
    parts.add([
      { x: 90, y: 40, width: 100, height: 100 },
      { x: 300, y: 0, width: 5, height: 5 },
    ])
    expect(parts.take(100, 50, 1e6)).toEqual([{ x: 90, y: 40, width: 10, height: 10 }])
    expect(parts.empty).toBe(true)
  })

  it('is one part where there are very many, and nothing twice', () => {
    const parts = new ChangedParts()
    parts.add([part, { ...part, x: 12, width: 5 }])
    parts.add(Array.from({ length: 40 }, (_, index) => ({ x: index * 2, y: index, width: 1, height: 1 })))
    expect(parts.take(100, 50, 1e6)).toEqual([{ x: 0, y: 0, width: 79, height: 40 }])
  })

  it('comes in bands where it is very large', () => {
    const parts = new ChangedParts()
    parts.add([{ x: 0, y: 0, width: 100, height: 50 }])
    parts.add([{ x: 200, y: 5, width: 10, height: 1 }])
    const bands = []
    while (!parts.empty) bands.push(parts.take(300, 50, 2020))
    expect(bands).toEqual([
      [
        { x: 200, y: 5, width: 10, height: 1 },
        { x: 0, y: 0, width: 100, height: 20 },
      ],
      [{ x: 0, y: 20, width: 100, height: 20 }],
      [{ x: 0, y: 40, width: 100, height: 10 }],
    ])
    parts.add([{ x: 0, y: 0, width: 100, height: 2 }])
    expect(parts.take(100, 50, 7)).toEqual([{ x: 0, y: 0, width: 100, height: 1 }])
  })

  it('is a window that opened, too, while something smaller changes all the time', () => {
    const spinner = { x: 900, y: 10, width: 150, height: 150 }
    const parts = new ChangedParts()
    parts.add([{ x: 0, y: 0, width: 800, height: 600 }])
    const seen: number[] = []
    for (let update = 0; update < 80; update++) {
      parts.add([spinner])
      const taken = parts.take(1280, 720, 16_000)
      expect(taken.reduce((sum, { width, height }) => sum + width * height, 0)).toBeLessThanOrEqual(16_000)
      expect(taken.some(({ x }) => x === spinner.x)).toBe(true)
      for (const { x, y, height } of taken) if (x === 0) seen.push(...Array.from({ length: height }, (_, row) => y + row))
    }
    expect(seen).toEqual(Array.from({ length: 600 }, (_, row) => row))
  })

  it('is the newest image of the pointer alone, while what was sent before is on its way', () => {
    const { viewer, sent } = display()
    for (let hotX = 0; hotX < 1000; hotX++) {
      viewer.cursor({ kind: 'cursor', width: 1, height: 1, hotX, hotY: 0, rgba: Buffer.from([1, 2, 3, 4]) })
    }
    const sentCursors = () => sent.map((message) => [message[0], message.readUInt16LE(6), message.readUInt32LE(10), message.length])
    expect(sentCursors()).toEqual([
      [2, 0, 1, 18],
      [2, 1, 2, 18],
    ])
    viewer.hear({ kind: 'drawn', update: 1 })
    viewer.hear({ kind: 'drawn', update: 2 })
    expect(sentCursors().slice(2)).toEqual([[2, 999, 3, 18]])
  })
})

describe('motion', () => {
  const whole = [{ x: 0, y: 0, width: 100, height: 50 }]

  it('is when much of the display changes again and again, until nothing large has changed for a quarter of a second', () => {
    const motion = new Motion({ largeShare: 0.12, changes: 5 })
    for (let at = 0; at < 1000; at += 50) motion.take([part], 100, 500, at)
    expect(motion.moving).toBe(false)
    for (let at = 2000; at < 2200; at += 50) motion.take(whole, 100, 50, at)
    expect(motion.moving).toBe(false)
    motion.take(whole, 100, 50, 2200)
    expect(motion.moving).toBe(true)
    expect([motion.comesToRest(2400), motion.moving, motion.comesToRest(2460), motion.moving, motion.comesToRest(9000)]).toEqual([
      false,
      true,
      true,
      false,
      false,
    ])
  })

  it('reaches a viewer who is behind from the next keyframe on', () => {
    const { viewer, sent } = display()
    const video = (key: boolean) => ({ width: 100, height: 50, key, config: Uint8Array.of(1, 2), data: Uint8Array.of(9) })
    expect(viewer.wantsKey).toBe(false)
    viewer.hear({ kind: 'decoder', h264: true })
    expect(viewer.wantsKey).toBe(true)
    for (const key of [false, true, false, false]) viewer.showVideo(video(key), frame([part]), 3000)
    expect(sent.map((message) => [message[0], message[1], message.length])).toEqual([
      [3, 1, 19],
      [3, 0, 17],
    ])
    viewer.hear({ kind: 'drawn', update: 2 })
    viewer.showVideo(video(false), frame([part]), 3000)
    expect([sent.length, viewer.wantsKey]).toEqual([2, true])
    viewer.showVideo(video(true), frame([part]), 3000)
    expect([sent.length, viewer.wantsKey]).toEqual([3, false])
  })
})

describe('what a viewer touches', () => {
  it('is lifted where the viewer does not touch it, says nothing for a second, or leaves', () => {
    const { viewer, seen } = display()
    const touch = (...fingers: readonly (readonly [finger: number, x: number])[]) =>
      viewer.hear({ kind: 'touch', fingers: fingers.map(([finger, x]) => ({ finger, x, y: 7 })) })
    touch([3, 10])
    touch([3, 11], [0, 20])
    touch([0, 20])
    expect(seen.splice(0)).toEqual(['touch 1 at 10,7', 'move 1 to 11,7', 'touch 2 at 20,7', 'lift 1', 'move 2 to 20,7'])
    viewer.releaseIfSilent(performance.now() + 500)
    expect(seen).toEqual([])
    viewer.releaseIfSilent(performance.now() + 1500)
    expect(seen.splice(0)).toEqual(['lift 2'])
    touch([0, 20])
    viewer.release()
    expect(seen).toEqual(['touch 3 at 20,7', 'lift 3'])
  })
})

describe('what a viewer types', () => {
  it('repeats a key that stays down, and releases it by the key it was', () => {
    const { viewer, seen } = display()
    viewer.hear({ kind: 'key', code: 'KeyA', key: 'a', down: true })
    viewer.hear({ kind: 'key', code: 'KeyA', key: 'a', down: true })
    viewer.hear({ kind: 'key', code: 'KeyA', key: 'A', down: false })
    expect(seen).toEqual(['+97', '-97', '+97', '-97'])
  })

  it('is released where the viewer does not hold it, says nothing for a second, or leaves', () => {
    const { viewer, seen } = display()
    viewer.hear({ kind: 'key', code: 'KeyA', key: 'a', down: true })
    viewer.hear({ kind: 'key', code: 'KeyB', key: 'b', down: true })
    viewer.hear({ kind: 'held', codes: ['KeyB'] })
    expect(seen.splice(0)).toEqual(['+97', '+98', '-97'])
    viewer.releaseIfSilent(performance.now() + 500)
    expect(seen).toEqual([])
    viewer.releaseIfSilent(performance.now() + 1500)
    expect(seen.splice(0)).toEqual(['-98'])
    viewer.hear({ kind: 'key', code: 'ShiftLeft', key: 'Shift', down: true })
    viewer.hear({ kind: 'button', button: 1, down: true, x: 5, y: 6 })
    viewer.release()
    expect(seen.slice(-2)).toEqual(['-225', 'up 1'])
  })

  it('is a text with as many characters at a time as programs can take, and what follows it comes after it', async () => {
    const { viewer, seen, free } = display()
    free.keys = 2
    viewer.hear({ kind: 'text', text: 'abc' })
    viewer.hear({ kind: 'key', code: 'KeyD', key: 'd', down: true })
    viewer.hear({ kind: 'button', button: 1, down: true, x: 5, y: 6 })
    expect(seen).toEqual(['+97', '-97', '+98', '-98'])
    free.keys = 5
    await vi.waitFor(() => expect(seen.slice(4)).toEqual(['+99', '-99', '+100', '5,6', 'down 1']))
    free.keys = 0
    viewer.hear({ kind: 'text', text: 'lost' })
    viewer.release()
    free.keys = 5
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(seen.slice(9)).toEqual(['-100', 'up 1'])
  })

  it('is nothing for an empty text, and nothing waits for that', () => {
    const { viewer, seen } = display()
    viewer.hear({ kind: 'text', text: '' })
    viewer.hear({ kind: 'key', code: 'KeyA', key: 'a', down: true })
    expect(seen).toEqual(['+97'])
  })

  it('presses no more keys than fingers do', () => {
    const { viewer, seen } = display()
    for (let index = 0; index < 100; index++) viewer.hear({ kind: 'key', code: `Code${index}`, key: 'a', down: true })
    expect(seen).toHaveLength(32)
  })
})

it('names keys by the keysyms of X', () => {
  expect([
    keysymOf({ code: 'KeyQ', key: 'ü' }),
    keysymOf({ code: 'KeyX', key: '漢' }),
    keysymOf({ code: 'Digit2', key: '😀' }),
    keysymOf({ code: 'F12', key: 'F12' }),
    keysymOf({ code: 'AltRight', key: 'AltGraph' }),
    keysymOf({ code: 'CapsLock', key: 'CapsLock' }),
    keysymOf({ code: 'F1', key: 'F99' }),
    keysymOfCharacter('\u0007'),
    keysymOfCharacter('\n'),
  ]).toEqual([0xfc, 0x01006f22, 0x0101f600, 0xffc9, 0xfe03, 0, 0, 0, 0xff0d])
})
