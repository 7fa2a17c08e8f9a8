import { describe, expect, it } from 'vitest'
import { createEventBus } from '../../platform/events/event-bus.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { allRights, noRights, rightsFrom } from '../rights/rights.ts'
import type { Display } from '../schemas/display.ts'
import { DisplaysForStudio } from './displays-for-studio.ts'

const locked = new Set<string>()
const display = (
  id: string,
  state: Display['state'],
  kind: Display['kind'] = 'virtual',
  user: string | null = null,
  protocol: Display['protocol'] = 'x11',
) => ({ id, name: `Name of ${id}`, kind, protocol, user, width: 800, height: 600, state, locked: locked.has(id) }) as Display
const admin = { id: 'local', role: 'admin' } as const
const ann = { id: 'token:ann', role: 'editor' } as const

function start() {
  const announced: string[] = []
  const events = createEventBus(silentLogger)
  const needsCode = new Set<string>()
  const displays = new DisplaysForStudio({
    book: {
      list: () => [
        display('screen', 'running', 'screen'),
        display('one', 'running'),
        display('two', 'stopped'),
        display('of-anna', 'running', 'virtual', 'anna'),
        display('of-wayland', 'running', 'virtual', null, 'wayland'),
        display('attached', 'running', 'attached', null, 'wayland'),
        display('logged-in', 'running', 'portal', null, 'wayland'),
      ],
      ifRunning: (id) =>
        id === 'one'
          ? { server: ':5', authority: '/displays/one/xauthority', pid: 4, audio: { folder: '/displays/one/audio', pids: [], state: 'on' } }
          : undefined,
      announce: (id) => announced.push(id),
    },
    grants: {
      rightsOf: ({ id, role }, of) => (role === 'admin' ? allRights : id === ann.id && of === 'one' ? rightsFrom(['see']) : noRights),
    },
    secondFactor: { isNeeded: ({ id }) => needsCode.has(id) },
    events,
  })
  return { displays, announced, events, needsCode }
}

describe('displays as sources of the studio', () => {
  it('are listed for those who may see them, without the screen and the desktop of the machine and those of other users', () => {
    const { displays } = start()
    expect(displays.list(admin).map(({ id }) => id)).toEqual(['one', 'two', 'of-wayland', 'attached'])
    expect(displays.list(ann)).toEqual([
      {
        kind: 'desktop-display',
        id: 'one',
        name: 'Name of one, 800x600',
        details: { width: 800, height: 600, running: true, audible: false },
      },
    ])
  })

  it('are put into a show by those who may see them, with the second factor of theirs, and by no program', () => {
    const { displays, needsCode } = start()
    expect(displays.rejection(ann, 'one', 'see')).toBeUndefined()
    expect(displays.rejection(ann, 'one', 'audio')).toContain('may not hear')
    expect(displays.rejection(admin, 'one', 'audio')).toBeUndefined()
    expect(displays.rejection(ann, 'two', 'see')).toContain('There is no desktop "two"')
    expect(displays.rejection(undefined, 'one', 'see')).toContain('signed in')
    locked.add('one')
    expect(displays.rejection(ann, 'one', 'see')).toContain('locked')
    locked.clear()
    needsCode.add(ann.id).add(admin.id)
    expect([ann, admin].map((each) => displays.rejection(each, 'one', 'see'))).toEqual(
      Array(2).fill(expect.stringContaining('authenticator')),
    )
    expect([displays.list(ann), displays.list(admin)]).toEqual([[], []])
  })

  it('are found where they run, and are announced when a show has them or not any more', () => {
    const { displays, announced, events } = start()
    expect(displays.places(new Set(['one', 'two', 'screen', 'gone']))).toEqual({
      one: {
        state: 'running',
        name: 'Name of one',
        server: ':5',
        authority: '/displays/one/xauthority',
        audio: '/displays/one/audio/pipewire-0',
      },
      two: { state: 'stopped', name: 'Name of two' },
    })
    displays.setShown(new Set(['one', 'two']))
    displays.setShown(new Set(['two']))
    expect([announced, displays.isShown('one'), displays.isShown('two')]).toEqual([['one', 'two', 'one'], false, true])
    let changes = 0
    const stop = displays.onChange(() => changes++)
    events.publish('desktop.removed', { id: 'two' })
    stop()
    events.publish('desktop.removed', { id: 'one' })
    expect(changes).toBe(1)
  })
})
