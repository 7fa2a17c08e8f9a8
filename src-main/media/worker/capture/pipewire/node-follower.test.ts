import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PipeWireAddon, SessionEvent, StreamEvent } from '../../native/pipewire.ts'
import { NodeFollower } from './node-follower.ts'
import { PipeWireDevices } from './pipewire-devices.ts'

/** A PipeWire that tells what the test says. */
function scripted({ passive = false } = {}) {
  let notify: (event: SessionEvent) => void = () => undefined
  const addon = {
    Session: class {
      constructor(_options: object, listener: (event: SessionEvent) => void) {
        notify = listener
      }
      close(): void {}
    },
  } as unknown as PipeWireAddon
  const devices = new PipeWireDevices(addon)
  const opened: { serial: string; listener: (event: StreamEvent) => void; open: boolean }[] = []
  const reports: string[] = []
  const follower = new NodeFollower({
    devices,
    passive,
    choose: () => devices.nodes.find('microphone', 'yeti'),
    open(node, listener) {
      const stream = { serial: node.serial, listener, open: true }
      opened.push(stream)
      return {
        close: () => {
          stream.open = false
        },
      }
    },
    report: ({ state, problem }) => reports.push(problem === undefined ? state : `${state}: ${problem}`),
    absent: (title) => `no ${title ?? 'yeti'}`,
  })
  const plugIn = (serial: string): void =>
    notify({
      kind: 'node',
      id: Number(serial),
      properties: { 'media.class': 'Audio/Source', 'node.name': 'yeti', 'node.description': 'Yeti', 'object.serial': serial },
    })
  return { notify: (event: SessionEvent) => notify(event), plugIn, follower, opened, reports }
}

const state = (of: StreamEvent['state'], problem = ''): StreamEvent => ({ kind: 'state', state: of, problem })

describe('a stream that follows its device', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('that does not keep it running is paused while nothing else does, which is no fault', () => {
    const { notify, plugIn, opened, reports, follower } = scripted({ passive: true })
    plugIn('1')
    notify({ kind: 'synced' })
    opened[0]!.listener(state('paused'))
    vi.advanceTimersByTime(60_000)
    opened[0]!.listener(state('streaming'))
    opened[0]!.listener(state('paused'))
    expect(reports).toEqual(['paused', 'running', 'paused'])
    follower.stop()
  })

  test('is opened at once to what is there, ended when it goes, and opened again to what comes a moment later', () => {
    const { notify, plugIn, opened, reports, follower } = scripted()
    plugIn('1')
    expect(opened).toEqual([])
    notify({ kind: 'synced' })
    opened[0]!.listener(state('streaming'))
    notify({ kind: 'gone', id: 1 })
    expect(opened[0]!.open).toBe(false)
    // The same device is now another node.
    plugIn('2')
    notify({ kind: 'client', id: 90, properties: {} })
    expect(opened).toHaveLength(1)
    vi.advanceTimersByTime(250)
    expect(opened[1]).toMatchObject({ serial: '2', open: true })
    opened[1]!.listener(state('streaming'))
    opened[0]!.listener(state('error', 'late'))
    expect(reports).toEqual(['running', 'waiting: no Yeti', 'running'])
    follower.stop()
    expect(opened[1]!.open).toBe(false)
  })

  test('is tried again after it failed, and reported where it does not start', () => {
    const { notify, plugIn, opened, reports } = scripted()
    plugIn('1')
    notify({ kind: 'synced' })
    opened[0]!.listener(state('error', 'busy'))
    expect(opened[0]!.open).toBe(false)
    vi.advanceTimersByTime(1000)
    expect(opened).toHaveLength(2)
    vi.advanceTimersByTime(5000)
    expect(reports).toEqual(['waiting: Yeti: busy', 'waiting: Yeti does not start: another program may use it'])
  })

  test('waits for a PipeWire that is away', () => {
    const { notify, plugIn, opened, reports } = scripted()
    notify({ kind: 'lost', problem: 'PipeWire does not run here' })
    notify({ kind: 'connected' })
    plugIn('1')
    notify({ kind: 'synced' })
    vi.advanceTimersByTime(250)
    expect(opened).toHaveLength(1)
    notify({ kind: 'lost', problem: 'PipeWire has ended' })
    expect(opened[0]!.open).toBe(false)
    expect(reports.map((each) => each.split(';')[0])).toEqual(['waiting: PipeWire does not run here', 'waiting: PipeWire has ended'])
  })
})
