import { expect, test } from 'vitest'
import { createEventBus } from '../../../../platform/events/event-bus.ts'
import { silentLogger } from '../../../../platform/telemetry/logger.ts'
import type { Macro } from '../../../document/collection.ts'
import type { GlobalHotkeysSetting } from '../../../studio-dependencies.ts'
import { GlobalHotkeys } from './global-hotkeys.ts'
import type { FromHotkeys, ToHotkeys } from './messages.ts'

const macro = (id: string, ...hotkeys: readonly string[]): Macro => ({ id, name: id, hotkeys: [...hotkeys], actions: [] })

/** Global hotkeys over a process that notes what it is asked. */
function start(environment: Record<string, string> = { DISPLAY: ':1' }) {
  const events = createEventBus(silentLogger)
  const asked: string[][] = []
  const pressed: string[] = []
  const published: unknown[] = []
  let macros: readonly Macro[] | undefined
  let setting: GlobalHotkeysSetting = 'safe'
  let worker: { readonly say: (message: FromHotkeys) => void; readonly exit: () => void } | undefined
  let stops = 0
  events.subscribe(({ topic, data }) => {
    if (topic === 'studio.hotkeys') published.push(data)
  })
  const hotkeys = new GlobalHotkeys({
    events,
    log: silentLogger,
    setting: () => setting,
    macros: () => macros,
    press: async (chord, released) => void pressed.push(released ? `-${chord}` : chord),
    startWorker({ onReady, onMessage, onExit }) {
      worker = { say: onMessage, exit: onExit }
      queueMicrotask(onReady)
      return {
        pid: 1,
        send: ({ keys }: ToHotkeys) => asked.push(keys.map(({ id }) => id)) > 0,
        async stop() {
          stops++
          worker = undefined
        },
      }
    },
    platform: 'linux',
    environment,
  })
  return {
    hotkeys,
    asked,
    pressed,
    published,
    stops: () => stops,
    worker: () => worker!,
    runs: () => worker !== undefined,
    async show(...next: readonly Macro[]) {
      macros = next
      events.publish('studio.changed', {})
      await new Promise(setImmediate)
    },
    async set(next: GlobalHotkeysSetting) {
      setting = next
      events.publish('settings.updated', {})
      await new Promise(setImmediate)
    },
    states: () => hotkeys.report().items.map(({ chord, state }) => `${chord} ${state}`),
  }
}

test('asks the desktop for the hotkeys of the show, but for keys that people write with', async () => {
  const { asked, show, set, states, worker, stops, runs } = start()
  await show(macro('one', 'Ctrl+1', 'A'), macro('two', 'shift+ctrl', '1+Ctrl'))
  expect(asked).toEqual([['1+ctrl']])
  expect(states()).toEqual(['Ctrl+1 starting', 'A typed', 'shift+ctrl unknown-key'])
  worker().say({ kind: 'state', id: '1+ctrl', state: 'taken', trigger: null })
  expect(states()).toContain('Ctrl+1 taken')
  await set('all')
  expect(asked.at(-1)).toEqual(['1+ctrl', 'a'])
  await set('off')
  expect(states()).toEqual(['Ctrl+1 off', 'A off', 'shift+ctrl off'])
  expect([stops(), runs()]).toEqual([1, false])
})

test('starts no process without a display, without hotkeys, and for edits of anything else', async () => {
  const without = start({})
  await without.show(macro('one', 'F9'))
  expect([without.runs(), without.states()]).toEqual([false, ['F9 no-display']])
  const { show, runs, asked } = start()
  await show(macro('one'))
  expect(runs()).toBe(false)
  const macros = [macro('one', 'F9')]
  await show(...macros)
  expect(asked).toHaveLength(1)
})

test('releases what is pressed when its process ends, or its hotkey is removed', async () => {
  const { show, worker, pressed } = start()
  const macros = [macro('one', 'F8'), macro('two', 'F9')]
  await show(...macros)
  for (const id of ['f8', 'f9', 'f8', 'f10']) worker().say({ kind: 'key', id, pressed: true })
  expect(pressed).toEqual(['f8', 'f9'])
  await show(macro('one', 'F8'))
  expect(pressed).toEqual(['f8', 'f9', '-f9'])
  worker().exit()
  expect(pressed).toEqual(['f8', 'f9', '-f9', '-f8'])
  worker().say({ kind: 'key', id: 'f8', pressed: false })
  expect(pressed).toHaveLength(4)
})

test('announces each change once', async () => {
  const { show, worker, published } = start()
  await show(macro('one', 'F8'))
  const before = published.length
  for (let count = 0; count < 3; count++) worker().say({ kind: 'state', id: 'f8', state: 'active', trigger: null })
  worker().say({ kind: 'desktop', through: 'x11', problem: null })
  expect(published.slice(before)).toMatchObject([{ items: [{ state: 'active' }] }, { through: 'x11' }])
})
