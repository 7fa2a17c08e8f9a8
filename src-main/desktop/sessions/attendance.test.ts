import { beforeEach, describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../platform/audit.ts'
import type { Principal } from '../../platform/principal.ts'
import type { SocketClient } from '../../platform/sockets.ts'
import { allRights, type Right, type Rights, rightsFrom } from '../rights/rights.ts'
import { Attendance, type Seat } from './attendance.ts'
import type { ClientMessage } from './client-message.ts'

/** People at a display that is a list of what reaches it: `2 key` is a key of the second viewer. */

let reached: string[]
let lines: AuditEntry[]
let granted: Map<string, readonly Right[]>
let viewers: Map<number, Rights>
let attendance: Attendance
const admin: Principal = { id: 'local', role: 'admin' }
const ann: Principal = { id: 'token:ann', role: 'editor' }
const guest: Principal = { id: 'guest:1', role: 'none' }

beforeEach(() => {
  reached = []
  lines = []
  granted = new Map()
  viewers = new Map()
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
      leave: (viewer) => reached.push(`${viewer} left`),
    },
    rightsOf: ({ principal }) => (principal.role === 'admin' ? allRights : rightsFrom(granted.get(principal.id) ?? [])),
    audit: { record: (line) => lines.push(line) },
    onChange() {},
  })
})

interface Said {
  readonly kind: string
  readonly attendee?: string
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
