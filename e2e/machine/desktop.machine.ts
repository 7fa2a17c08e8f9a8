import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bootMachine, type Machine, noMachine } from '../helpers/machine.ts'
import { desktopPackages, type MachineDesktop, startMachineDesktop } from '../helpers/machine-desktop.ts'
import { installDeb, recommendedBy } from '../helpers/packaged-program.ts'
import { noPackage, packedDeb } from '../helpers/packed.ts'
import { artifacts } from '../helpers/paths.ts'
import { skipBecause } from '../helpers/skip.ts'
import { until } from '../helpers/until.ts'

const reason = noMachine() ?? noPackage()
const small = { encoder: 'libx264', preset: 'ultrafast', bitrateKbps: 500, keyframeMs: 1000 }
const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Evening',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 320, height: 180, scene: 'welcome' }],
  scenes: [
    { id: 'welcome', name: 'Welcome', items: [{ source: 'card' }] },
    { id: 'game', name: 'Game', items: [{ source: 'card' }] },
  ],
  sources: [
    { id: 'card', kind: 'test-pattern', settings: { width: 320, height: 180 } },
    { id: 'mic', name: 'Desk microphone', kind: 'microphone' },
  ],
  outputs: [
    { id: 'own', name: 'Own stream', kind: 'host', settings: { stream: 'evening' }, video: small },
    { id: 'tape', name: 'Tape', kind: 'recording', settings: {}, video: small },
  ],
  macros: [
    { id: 'F9', name: 'F9', hotkeys: ['F9'], actions: [{ do: 'switch', scene: 'welcome' }] },
    {
      id: 'Talk',
      name: 'Talk',
      hotkeys: ['F8'],
      actions: [{ do: 'mute', source: 'mic', muted: false }],
      released: [{ do: 'mute', source: 'mic', muted: true }],
    },
  ],
}
const watcher = 'org.kde.StatusNotifierWatcher'
const [blue, red] = ['2f6fed', 'd92d35']
/** Of the button that a question of the page suggests, in a light and a dark desktop. */
const suggested = new Set(['2560d6', '356ce2'])
const entryFile = '/usr/share/applications/ami-streams.desktop'

/** What an ordinary user does with the installed package on a desktop, without Electron. */
describe('the Debian package on the desktop of an ordinary user', () => {
  let machine: Machine
  let desktop: MachineDesktop
  let url: string
  const home = (...path: readonly string[]): string => join(machine.root, 'home/tester', ...path)
  const data = (...path: readonly string[]): string => home('.local/share/ami-streams', ...path)
  const hostFile = (): { pid: number; token: string } => JSON.parse(readFileSync(data('host.json'), 'utf8'))
  const kept = (): any => JSON.parse(readFileSync(data('desktop/windows.json'), 'utf8')).windows

  const ask = async (method: string, path: string, body?: unknown): Promise<any> => {
    const headers = { 'authorization': `Bearer ${hostFile().token}`, 'content-type': 'application/json' }
    const reply = await fetch(`${url}/api/v1${path}`, {
      method,
      headers,
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  /** While the host may be away. */
  const tryAsk = (path: string): Promise<any> => ask('GET', path).catch(() => undefined)
  const output = async (id: string): Promise<string | undefined> =>
    (await tryAsk('/studio'))?.outputs.find((each: any) => each.id === id)?.state
  const onAir = async (): Promise<string | undefined> => (await tryAsk('/studio/program'))?.canvases[0].program
  const isMuted = async (): Promise<boolean | undefined> =>
    (await tryAsk('/studio/collection'))?.collection.sources.find((each: any) => each.id === 'mic')?.audio?.muted

  const said = (what: string) => () => `in vain: ${what}\n${tail(home('clicked.log'))}`
  const windows = (): Promise<string[]> => desktop.windows('ami-streams')
  const oneWindow = async (): Promise<string> =>
    until(async () => {
      const open = await windows()
      return open.length === 1 ? open[0] : undefined
    }, said('one window'))
  const nameOf = async (window: string): Promise<string> => (await desktop.run('xdotool', 'getwindowname', window)).out.trim()
  const untilNamed = async (text: string): Promise<unknown> => {
    const window = await oneWindow()
    return until(async () => (await nameOf(window)).includes(text), said(`the window shows ${text}`))
  }
  const front = async (): Promise<string> => (await desktop.run('xdotool', 'getactivewindow')).out.trim()

  const item = async (): Promise<string | undefined> =>
    (await desktop.property(watcher, '/StatusNotifierWatcher', watcher, 'RegisteredStatusNotifierItems'))[0]?.replace(/\/.*$/, '')
  /** Process of the icon. */
  const itemPid = async (): Promise<number | undefined> => Number(/-(\d+)-\d+$/.exec((await item()) ?? '')?.[1]) || undefined
  /** Items of the menu by their label, as a panel reads them: with ids. */
  const menu = async (): Promise<ReadonlyMap<string, number>> => {
    const name = await until(item, said('an icon'))
    const [, layout] = await desktop.call(name, '/MenuBar', 'com.canonical.dbusmenu', 'GetLayout', 'iias', '0', '-1', '0')
    const found = new Map<string, number>()
    const note = ([id, properties, children]: any): void => {
      if (properties.label !== undefined) found.set(properties.label.data, id)
      for (const child of children) note(child.data)
    }
    note(layout)
    return found
  }
  const clickInMenu = async (label: string): Promise<void> => {
    const id = await until(async () => (await menu().catch(() => undefined))?.get(label), said(`"${label}" in the menu`))
    const name = await until(item, said('an icon'))
    await desktop.call(name, '/MenuBar', 'com.canonical.dbusmenu', 'Event', 'isvu', String(id), 'clicked', 's', '', '0')
  }
  const untilIcon = (color: string, what: string): Promise<unknown> =>
    until(async () => (await desktop.pixels(0, 0, 1280, 40)).filter((each) => each === color).length > 20, said(what))
  const notifications = async (): Promise<string[]> => {
    await desktop.run('dunstctl', 'close-all')
    const { data: all } = JSON.parse(await desktop.do('dunstctl', 'history'))
    return all.flat().map((each: any) => `${each.summary.data}: ${each.body.data}`)
  }
  const openOther = async (): Promise<void> => {
    await desktop.click('xterm', '-geometry', '60x10+40+500')
    await until(async () => (await desktop.windows('XTerm')).length === 1, said('another program'))
    const [other] = await desktop.windows('XTerm')
    await desktop.do('xdotool', 'windowactivate', '--sync', other!)
    expect(await front()).toBe(other)
  }
  const kill = (pid: number): Promise<string> => machine.do(['sh', '-c', `kill -9 ${pid}`])
  const isThere = async (pid: number): Promise<boolean> => (await machine.run(['test', '-d', `/proc/${pid}`])).code === 0

  beforeAll(async () => {
    if (reason !== undefined) return
    const deb = packedDeb()
    machine = await bootMachine({}, [...desktopPackages, ...recommendedBy(deb)])
    await installDeb(machine, deb)
    await machine.addUser('tester')
    desktop = await startMachineDesktop(machine, 'tester')
    url = `http://127.0.0.1:${await machine.forward(8080)}`
  })
  afterAll(() => machine?.stop())
  beforeEach((context) => {
    if (reason !== undefined) skipBecause(context, reason)
  })

  it('is started by a click on its entry in the menu: a window in Chromium’s sandbox, and an icon', async () => {
    await desktop.click('gio', 'launch', entryFile)
    await oneWindow()
    await untilNamed('AMI Streams')
    await untilIcon(blue, 'an icon of a host where nothing is live')
    const mine = (await machine.do(['ps', '-eo', 'user:20,args', '--no-headers'])).split('\n').filter((line) => /ami-streams/.test(line))
    expect(mine.filter((line) => !line.startsWith('tester '))).toEqual([])
    const browsers = mine.filter((line) => line.includes('/chromium'))
    expect(browsers.length).toBeGreaterThan(0)
    expect(browsers.filter((line) => line.includes('--no-sandbox'))).toEqual([])
    // Pages have a filter for what they may ask of the kernel, and see no process but themselves.
    const status = await machine.do(['sh', '-c', 'cat /proc/$(pgrep -f -- --type=renderer | head -n 1)/status'])
    expect(status).toMatch(/^Seccomp:\s2$/m)
    expect(/^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/).length).toBeGreaterThan(1)
    await ask('POST', '/studio/collections', { name: 'Evening', collection })
    await ask('POST', '/studio/collections/Evening/open')
    await desktop.screenshot(join(artifacts, 'machine-desktop-started.png'))
  })

  it('keeps other users of the machine out of its files, sockets and bus', async () => {
    const modes = await machine.do([
      'stat',
      '--format',
      '%a',
      ...['', '/host.json', '/window'].map((path) => `/home/tester/.local/share/ami-streams${path}`),
    ])
    expect(modes.trim().split('\n')).toEqual(['700', '600', '700'])
    for (const socket of (await machine.do(['ss', '--listening', '--unix', '--no-header'])).matchAll(/\s(\/\S*ami-\S*)\s/g))
      expect((await machine.run(['test', '-w', socket[1]!], 'nobody')).code, socket[1]).toBe(1)
    const bus = `unix:path=/run/user/${(await machine.do(['id', '--user', 'tester'])).trim()}/bus`
    const asked = await machine.run(
      [
        'busctl',
        `--address=${bus}`,
        'call',
        (await item())!,
        '/MenuBar',
        'com.canonical.dbusmenu',
        'Event',
        'isvu',
        '1',
        'clicked',
        's',
        '',
        '0',
      ],
      'nobody',
    )
    expect(asked.code).not.toBe(0)
  })

  it('does what is clicked in the menu of its icon', async () => {
    await clickInMenu('Game')
    await until(async () => (await onAir()) === 'game', said('the scene is on air'))
    await clickInMenu('Mute Desk microphone')
    await until(async () => (await isMuted()) === true, said('the microphone is muted'))
    await clickInMenu('Go live')
    await until(async () => (await output('own')) === 'live', said('the output is live'))
    await untilIcon(red, 'a red icon')
    await clickInMenu('Record')
    await until(async () => (await output('tape')) === 'live', said('it records'))
    await clickInMenu('Stop recording')
    await until(async () => (await output('tape')) === 'off', said('the recording has ended'))
    await until(async () => (await notifications()).some((each) => each.startsWith('The recording is complete')), said('a notification'))
  })

  it('asks before its window closes while something is live, and goes on without it', async () => {
    const window = await oneWindow()
    // Browsers ask only where a person did something in the page.
    const drawn = async (): Promise<boolean> => (await desktop.pixels(0, 60, 1280, 700)).includes('c5262d')
    await until(drawn, said('the page shows that something is live'))
    await desktop.do('xdotool', 'windowactivate', '--sync', window, 'mousemove', '--window', window, '600', '500', 'click', '1')
    await desktop.do('xdotool', 'key', '--clearmodifiers', 'ctrl+w')
    const asks = async (): Promise<boolean> => (await desktop.pixels(320, 60, 640, 300)).filter((each) => each === 'ffffff').length > 10_000
    await until(asks, said('the question'))
    expect(await windows()).toContain(window)
    await desktop.screenshot(join(artifacts, 'machine-desktop-asks.png'))
    await desktop.do('xdotool', 'key', 'Return')
    await until(async () => (await windows()).length === 0, said('the window is closed'))
    await until(async () => (await notifications()).some((each) => /without a window/.test(each)), said('a notification'))
    expect(await output('own')).toBe('live')
    await clickInMenu('Open AMI Streams')
    await oneWindow()
  })

  it('comes to the front where it is started again', async () => {
    const [window, { pid }] = [await oneWindow(), hostFile()]
    await openOther()
    await desktop.click('gio', 'launch', entryFile)
    await until(async () => (await front()) === window, said('the window is in front'))
    expect([(await windows()).length, hostFile().pid]).toEqual([1, pid])
  })

  it('opens links of its scheme, and says what is wrong with those that lead nowhere', async () => {
    await desktop.do('gio', 'open', 'ami-streams://open/keys')
    await untilNamed('Keys')
    await desktop.do('gio', 'open', 'ami-streams://golive/now')
    await until(async () => (await notifications()).some((each) => each.startsWith('The link cannot be opened')), said('the notification'))
    expect(await nameOf(await oneWindow())).toContain('Keys')
  })

  it('opens a collection file, which is imported when a person says so', async () => {
    const names = async (): Promise<string[]> => (await ask('GET', '/studio/collections')).items.map(({ name }: any) => name)
    const headers = { authorization: `Bearer ${hostFile().token}` }
    const bundle = await fetch(`${url}/api/v1/studio/collections/Evening/bundle`, { headers })
    writeFileSync(home('Other show.ami-collection'), Buffer.from(await bundle.arrayBuffer()))
    await desktop.do('gio', 'open', '/home/tester/Other show.ami-collection')
    await untilNamed('Studio')
    const window = await oneWindow()
    const inPage = async (): Promise<readonly string[]> => desktop.pixels(300, 100, 680, 600)
    // The button of the question is the only one of its colour there.
    const button = async (): Promise<number | undefined> => {
      const found = (await inPage()).flatMap((each, index) => (suggested.has(each) ? [index] : []))
      return found.length > 400 ? found[Math.floor(found.length / 2)] : undefined
    }
    const at = await until(button, said('the question')).catch(async (error: unknown) => {
      await desktop.screenshot(join(artifacts, 'machine-desktop-import.png'))
      throw error
    })
    await desktop.screenshot(join(artifacts, 'machine-desktop-import.png'))
    expect(await names()).toEqual(['Evening'])
    await desktop.do('xdotool', 'mousemove', String(300 + (at % 680)), String(100 + Math.floor(at / 680)), 'click', '1')
    await until(async () => (await names()).length === 2, said('it is imported'))
    expect(window).toBe(await oneWindow())
  })

  it('hears hotkeys while another program has the focus', async () => {
    await ask('POST', '/studio/program', { scene: 'game' })
    const [other] = await desktop.windows('XTerm')
    await desktop.do('xdotool', 'windowactivate', '--sync', other!)
    const active = async (): Promise<boolean> =>
      (await ask('GET', '/studio/hotkeys')).items.filter(({ state }: any) => state === 'active').length === 2
    await until(active, said('the hotkeys'))
    await desktop.do('xdotool', 'key', 'F9')
    await until(async () => (await onAir()) === 'welcome', said('F9 switches the scene'))
    await desktop.do('xdotool', 'keydown', 'F8')
    await until(async () => (await isMuted()) === false, said('the microphone is on while F8 is pressed'))
    await desktop.do('xdotool', 'keyup', 'F8')
    await until(async () => (await isMuted()) === true, said('the microphone is off again'))
    expect(await front()).toBe(other)
  })

  it('draws its page again where what draws it was killed, by a key', async () => {
    const window = await oneWindow()
    await desktop.do('xdotool', 'windowactivate', '--sync', window)
    // The dialog that says what was imported is before the page.
    await desktop.do('xdotool', 'key', 'Escape')
    const hasLogo = async (): Promise<boolean> => (await desktop.pixels(16, 70, 36, 40)).filter((each) => each === blue).length > 100
    await until(hasLogo, said('the page'))
    await machine.do(['sh', '-c', 'kill -9 $(pgrep -u tester -f -- --type=renderer)'])
    await until(async () => !(await hasLogo()), said('the browser says that the page is gone'))
    await desktop.screenshot(join(artifacts, 'machine-desktop-page-gone.png'))
    await desktop.do('xdotool', 'key', 'F5')
    await until(hasLogo, said('the page is back'))
    expect([await windows(), await output('own')]).toEqual([[window], 'live'])
  })

  it('is back with its last state after its window, its icon or its host was killed', async () => {
    const before = kept().main.pid
    await kill(before)
    await until(() => kept().main.pid !== undefined && kept().main.pid !== before, said('another window'))
    await untilNamed('AMI Streams')
    expect(await output('own')).toBe('live')

    const icon = await until(itemPid, said('an icon'))
    await kill(icon)
    await until(async () => ((await itemPid()) ?? icon) !== icon, said('another icon'))
    await untilIcon(red, 'the icon knows what is live')

    const [{ pid }, window] = [hostFile(), kept().main.pid]
    await kill(pid)
    await until(() => hostFile().pid !== pid, said('another host'))
    await until(async () => (await output('own')) === 'live', said('the output is live again'))
    expect([await onAir(), await isMuted(), kept().main.pid]).toEqual(['welcome', true, window])
    await untilIcon(red, 'the icon of the other host')
  })

  it('ends with all of its processes where a person says so', async () => {
    const { pid } = hostFile()
    await clickInMenu('End everything and quit')
    await until(async () => !(await isThere(pid)), said('the host has ended'))
    await until(async () => (await windows()).length === 0, said('no window is left'))
    const left = async (): Promise<string> => (await machine.run(['pgrep', '-u', 'tester', '-af', 'ami-streams'])).out
    await until(
      async () => (await left()) === '',
      () => `processes are left:\n${tail(home('clicked.log'))}`,
    )
  })
})

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-3000)
  } catch {
    return ''
  }
}
