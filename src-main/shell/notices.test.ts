import { describe, expect, it } from 'vitest'
import type { HostState } from './follow/host-state.ts'
import { messagesFor } from './messages.ts'
import { Notices } from './notices.ts'
import type { Notice } from './parts.ts'
import { trayImage } from './tray/tray-image.ts'
import { trayView } from './tray/tray-view.ts'

const settings = { notifyOutputs: true, notifyRecordings: true, notifyGuests: true, notifyDisk: true }
const state: HostState = {
  url: 'http://127.0.0.1:1',
  show: 'Evening',
  outputs: [{ id: 'a', name: 'Main', kind: 'rtmp', state: 'live', error: null }],
  scenes: [],
  microphones: [],
  streams: [],
  settings,
  hotkeys: [],
}
const t = messagesFor({})

function watched() {
  const shown: Notice[] = []
  const clock = { ms: 0 }
  const pages: string[] = []
  const notices = new Notices(
    t,
    { openPage: (path) => pages.push(path) },
    (notice) => shown.push(notice),
    () => clock.ms,
  )
  notices.startWith(state)
  const output = (id: string, now: string) =>
    notices.take(
      'studio.output.updated',
      { id, name: id, kind: 'rtmp', state: now, error: { message: 'No answer', remedy: 'Check it' } },
      state,
    )
  return { notices, shown, clock, pages, output }
}

describe('notifications', () => {
  it('are of changes alone, and the same one seldom', () => {
    const { shown, clock, output } = watched()
    output('a', 'live')
    output('a', 'retrying')
    output('a', 'retrying')
    expect(shown.map(({ title, urgent }) => [title, urgent])).toEqual([['a lost its connection and tries again', false]])
    // An output that comes and goes is not reported each time.
    for (let turn = 0; turn < 50; turn++) {
      clock.ms += 500
      output('a', turn % 2 ? 'retrying' : 'live')
    }
    expect(shown).toHaveLength(1)
    clock.ms += 60_000
    output('a', 'failed')
    expect(shown.at(-1)).toMatchObject({ title: 'a has stopped', text: 'No answer. Check it', urgent: true })
  })

  it('are no flood where everything fails at once', () => {
    const { shown, output } = watched()
    for (let number = 0; number < 500; number++) output(`output-${number}`, 'failed')
    expect(shown).toHaveLength(6)
  })

  it('follow their switches', () => {
    const { notices, shown } = watched()
    const off = { ...state, settings: { notifyOutputs: false, notifyRecordings: false, notifyGuests: false, notifyDisk: false } }
    const file = (now: string) => ({ id: 'f', kind: 'recording', state: now, fileName: 'a.mkv', path: '/a.mkv', deletedAt: null })
    const all = (how: HostState) => {
      notices.take('studio.output.updated', { id: 'b', name: 'b', state: 'failed', error: null }, how)
      notices.take('studio.file.updated', file('writing'), how)
      notices.take('studio.file.updated', file('complete'), how)
      notices.take('studio.guest.updated', { id: 'g', label: 'Ann', name: null, state: 'waiting' }, how)
      notices.take('health.findings', { items: [{ code: 'disk.full_soon', about: null, params: { freeMb: 3, minutes: 2 } }] }, how)
    }
    all(off)
    expect(shown).toEqual([])
    all(state)
    expect(shown.map(({ title }) => title)).toEqual([
      'b has stopped',
      'The recording is complete',
      'Ann is waiting',
      'The disk is nearly full',
    ])
  })

  it('are not of recordings that were complete before', () => {
    const { notices, shown } = watched()
    notices.take(
      'studio.file.updated',
      { id: 'old', kind: 'recording', state: 'complete', fileName: 'a.mkv', path: '/a', deletedAt: null },
      state,
    )
    expect(shown).toEqual([])
  })
})

describe('the icon', () => {
  const nothing = () => undefined
  const actions = {
    goLive: nothing,
    endStream: nothing,
    record: nothing,
    stopRecording: nothing,
    mute: nothing,
    showScene: nothing,
    open: nothing,
    quit: nothing,
  }

  it('says what is live and what quitting ends', () => {
    const labels = (how: HostState, owns: boolean) =>
      trayView(how, owns, t, actions).menu.map((each) => ('label' in each ? each.label : ''))
    expect(trayView(state, true, t, actions)).toMatchObject({ look: { state: 'live', recording: false }, text: 'Live on 1 output' })
    expect(labels(state, true).at(-1)).toBe('End everything and quit')
    expect(labels({ ...state, outputs: [] }, true).at(-1)).toBe('Quit')
    expect(labels(state, false).at(-1)).toBe('Remove this icon')
    expect(trayView(state, true, messagesFor({ LANG: 'es_ES.UTF-8' }), actions).text).toBe('En directo en 1 salida')
  })

  it('lists no more scenes than a menu can show', () => {
    const scenes = Array.from({ length: 500 }, (_, number) => ({ id: `${number}`, name: `Scene ${number}`, onAir: false }))
    const found = trayView({ ...state, scenes }, true, t, actions).menu.find(({ key }) => key === 'scenes')
    expect(found && 'items' in found && found.items?.length).toBe(60)
  })

  it('is drawn differently for each state, transparent at its corners', () => {
    const looks = (['off', 'idle', 'live', 'problem'] as const).flatMap((each) => [
      { state: each, recording: false },
      { state: each, recording: true },
    ])
    const images = looks.map((look) => trayImage(look, 22))
    expect(new Set(images.map((image) => image.join())).size).toBe(looks.length)
    expect(images.map((image) => [image.length, image[0]])).toEqual(images.map(() => [22 * 22 * 4, 0]))
  })
})
