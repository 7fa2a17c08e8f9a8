import { beforeEach, describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { Principal } from '../../platform/routes/principal.ts'
import type { SocketClient } from '../../platform/routes/sockets.ts'
import { allRights, type Right, type Rights, rightsFrom } from '../rights/rights.ts'
import type { RecordingMark } from '../schemas/recording.ts'
import { Attendance, type Seat } from './attendance.ts'
import type { ClientMessage } from './client-message.ts'

/** People at a display that is a list of what reaches it: `2 key` is a key of the second viewer. */

let reached: string[]
let lines: AuditEntry[]
let granted: Map<string, readonly Right[]>
let viewers: Map<number, Rights>
let attendance: Attendance
let recording: RecordingMark
let orders: string[]
let controlled: boolean[]
const admin: Principal = { id: 'local', role: 'admin' }
const ann: Principal = { id: 'token:ann', role: 'editor' }
const guest: Principal = { id: 'guest:1', role: 'none' }

beforeEach(() => {
  reached = []
  lines = []
  granted = new Map()
  viewers = new Map()
  recording = null
  orders = []
  controlled = []
  attendance = new Attendance({
    display: 'a',
    shows: {
      join(_client, _raw, rights) {
        viewers.set(viewers.size + 1, rights)
        return viewers.size
      },
      setRights(viewer, rights) {
        viewers.set(viewer, rights)
        reached.push(`${viewer} may ${[...rights].join(' ')}`)
      },
      hear: (viewer, { kind }) => reached.push(`${viewer} ${kind}`),
      restart: (viewer) => viewer,
      leave: (viewer) => reached.push(`${viewer} left`),
    },
    rightsOf: ({ principal }) => (principal.role === 'admin' ? allRights : rightsFrom(granted.get(principal.id) ?? [])),
    audit: { record: (line) => lines.push(line) },
    marks: () => ({ recording, live: null }),
    async record(on, { id, owns, hears }) {
      if (on && orders.includes('fails')) throw new AppError('desktop.busy')
      orders.push(`${id} ${on ? 'records' : 'ends'}${owns ? ', owns' : ''}${hears ? ', hears' : ''}`)
    },
    onChange() {},
    onControl: () => controlled.push(attendance.controlled),
  })
})

interface Said {
  readonly kind: string
  readonly attendee?: string
  readonly code?: string
  readonly recording?: RecordingMark
  readonly rights?: readonly string[]
  readonly people?: readonly { readonly id: string; readonly name: string; readonly controls: boolean; readonly asks: boolean }[]
}

function come(principal: Principal, name: string) {
  const said: Said[] = []
  let closed: number | undefined
  const client: SocketClient = {
    principal,
    waitingBytes: 0,
    send: (data) => said.push(JSON.parse(String(data)) as Said),
    close: (code) => {
      closed = code
    },
    terminate() {},
  }
  const seat: Seat = attendance.join({ client, person: { name, principal }, raw: false })
  return {
    seat,
    said,
    closed: () => closed,
    id: said.find(({ kind }) => kind === 'rights')?.attendee ?? '',
    hand: (action: Extract<ClientMessage, { kind: 'control' }>['action'], attendee?: string) =>
      seat.hear({ kind: 'control', action, ...(attendee === undefined ? {} : { attendee }) }),
  }
}
const controls = () => attendance.list().find((each) => each.controls)?.name

describe('people at one display', () => {
  it('may do nothing from the moment they are disconnected, however long their side takes to close', () => {
    const first = come(admin, 'admin')
    granted.set(guest.id, ['control', 'files'])
    const second = come(guest, 'Gus')
    const visit = (second.said.find(({ kind }) => kind === 'rights') as { visit?: string }).visit!
    attendance.disconnect(first.id)
    expect([first.closed(), controls()]).toEqual([4403, 'Gus'])
    expect(attendance.visit(visit)?.rights.has('files')).toBe(true)
    attendance.disconnect(second.id)
    expect(second.closed()).toBe(4403)
    expect(attendance.visit(visit)).toBeUndefined()
    expect(second.seat.may('see')).toBe(false)
    expect(controls()).toBeUndefined()
    granted.set(guest.id, ['control'])
    attendance.refresh()
    expect(second.seat.may('see')).toBe(false)
  })

  it('hand on and record no more often than people do: nobody fills the log, or what others are sent', () => {
    granted.set(ann.id, ['control', 'record'])
    const holder = come(ann, 'Ann')
    const other = come(admin, 'admin')
    for (let count = 0; count < 1000; count++) {
      holder.hand('give', holder.id)
      holder.hand('release')
      holder.hand('ask')
      holder.seat.hear({ kind: 'record', on: count % 2 === 0 })
    }
    expect(lines.length + orders.length).toBeLessThan(100)
    expect(controls()).toBe('Ann')
    granted.set(guest.id, ['clipboard', 'audio', 'microphone', 'camera'])
    const { seat } = come(guest, 'Gus')
    reached = []
    for (const kind of ['listen', 'microphone', 'camera'] as const) {
      for (let count = 0; count < 1000; count++) seat.hear({ kind, on: true })
    }
    for (let count = 0; count < 1000; count++) {
      seat.hear({ kind: 'clipboard', offer: count, formats: [] })
      seat.hear({ kind: 'quality', quality: 'fast' })
      seat.hear({ kind: 'decoder', h264: true })
    }
    expect(reached.length).toBeLessThan(100)
    seat.hear({ kind: 'microphone', on: false })
    expect(reached.at(-1)).toBe('3 microphone')
    expect(other.said.length).toBeLessThan(100)
  })

  it('see it by their rights, and one of them controls it', () => {
    granted.set(ann.id, ['control']).set(guest.id, ['see'])
    const first = come(ann, 'Ann')
    const second = come(admin, 'admin')
    const third = come(guest, 'Gus')
    expect(controls()).toBe('Ann')
    expect([first, second, third].map(({ seat }) => [seat.may('see'), seat.may('control')])).toEqual([
      [true, true],
      [true, false],
      [true, false],
    ])
    expect(first.said.at(-1)?.people).toMatchObject([{ name: 'Ann', controls: true }, { name: 'admin' }, { name: 'Gus' }])
    first.seat.leave()
    expect(second.said.at(-1)?.people).toHaveLength(2)
    expect(attendance.canBeControlled).toBe(true)
    second.seat.leave()
    expect(attendance.canBeControlled).toBe(false)
  })

  it('give control to who asks, and the admin takes it back', () => {
    granted.set(ann.id, ['control']).set(guest.id, ['see'])
    const owner = come(admin, 'admin')
    const helper = come(ann, 'Ann')
    const visitor = come(guest, 'Gus')
    helper.hand('ask')
    expect(owner.said.at(-1)?.people?.map(({ asks }) => asks)).toEqual([false, true, false])
    // Who does not control gives nothing away.
    visitor.hand('give', visitor.id)
    helper.hand('give', helper.id)
    helper.hand('take')
    expect(controls()).toBe('admin')
    owner.hand('give', helper.id)
    expect(controls()).toBe('Ann')
    expect(reached.slice(-2)).toEqual(['1 may see clipboard files audio microphone camera record', '2 may see control'])
    // Only an admin gives it to somebody without the right.
    helper.hand('give', visitor.id)
    expect(controls()).toBe('Ann')
    owner.hand('take')
    owner.hand('give', visitor.id)
    expect(controls()).toBe('Gus')
    expect(visitor.said.filter(({ kind }) => kind === 'rights').at(-1)?.rights).toEqual(['see', 'control'])
    visitor.hand('release')
    expect(controls()).toBeUndefined()
    expect(lines.filter(({ message }) => message.endsWith('controls a display')).map(({ actor }) => actor)).toEqual(
      Array(4).fill('local').slice(0, 3),
    )
  })

  it('are disconnected when they may not see it any more, and lose what was changed when their own rights change', () => {
    granted.set(ann.id, ['see'])
    const helper = come(ann, 'Ann')
    attendance.changeRights(helper.id, ['control', 'files'])
    expect(helper.said.filter(({ kind }) => kind === 'rights').at(-1)?.rights).toEqual(['see', 'control', 'files'])
    attendance.refresh()
    expect(controls()).toBe('Ann')
    granted.set(ann.id, ['see', 'audio'])
    attendance.refresh()
    expect([controls(), attendance.list()[0]?.rights]).toEqual([undefined, ['see', 'audio']])
    granted.delete(ann.id)
    attendance.refresh()
    expect(helper.closed()).toBe(4403)
    expect(viewers.get(1)).toEqual(new Set())
    expect(come(ann, 'Ann').closed()).toBe(4403)
    expect(() => attendance.disconnect('nobody')).toThrow('Nobody with the id "nobody"')
  })
})

describe('the recording of a display', () => {
  const marks = ({ said }: ReturnType<typeof come>) => said.flatMap((each) => (each.kind === 'recording' ? [each.recording] : []))
  const mark = { by: 'hand', startedAt: '2026-11-23T12:00:00.000Z' } as const

  it('is started and ended by those with the right alone, and by nobody from whom it was taken', async () => {
    granted.set(ann.id, ['record', 'audio']).set(guest.id, ['see', 'control'])
    const [helper, visitor, owner] = [come(ann, 'Ann'), come(guest, 'Gus'), come(admin, 'admin')]
    for (const { seat } of [visitor, helper, owner]) seat.hear({ kind: 'record', on: true })
    granted.set(ann.id, ['see'])
    attendance.refresh()
    helper.seat.hear({ kind: 'record', on: false })
    expect(orders).toEqual(['token:ann records, hears', 'local records, owns, hears'])
    orders.push('fails')
    owner.seat.hear({ kind: 'record', on: true })
    await expect.poll(() => owner.said.at(-1)).toMatchObject({ kind: 'problem', code: 'desktop.busy' })
    expect(reached.filter((each) => /^\d record$/.test(each))).toEqual([])
  })

  it('is seen by everybody there, and by who comes later', () => {
    granted.set(guest.id, ['see'])
    const [owner, visitor] = [come(admin, 'admin'), come(guest, 'Gus')]
    attendance.announceMarks()
    recording = mark
    attendance.announceMarks()
    attendance.announceMarks()
    const late = come(guest, 'Late')
    recording = null
    attendance.announceMarks()
    expect([owner, visitor, late].map(marks)).toEqual([
      [mark, null],
      [mark, null],
      [mark, null],
    ])
  })

  it('follows who controls, which is reported when it changes', () => {
    granted.set(guest.id, ['see'])
    come(guest, 'Gus')
    const owner = come(admin, 'admin')
    come(admin, 'admin')
    owner.hand('release')
    expect(controlled).toEqual([true, false])
  })
})
