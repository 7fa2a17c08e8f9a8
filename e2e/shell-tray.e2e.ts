import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { type DesktopSession, desktopMissing, type SessionProgram, startDesktop, startPanel } from './helpers/desktop-session.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts, root } from './helpers/paths.ts'
import { skipBecause } from './helpers/skip.ts'
import { openCollection, showRequests } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

const small = { encoder: 'libx264', preset: 'ultrafast', bitrateKbps: 500, keyframeMs: 1000 }
const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Evening',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 320, height: 180, scene: 'welcome' }],
  scenes: [
    { id: 'welcome', name: 'Welcome', items: [{ source: 'card' }] },
    { id: 'game', name: 'Game_1 & more', items: [{ source: 'card' }] },
  ],
  sources: [
    { id: 'card', kind: 'test-pattern', settings: { width: 320, height: 180 } },
    { id: 'mic', name: 'Desk microphone', kind: 'microphone' },
  ],
  outputs: [
    { id: 'own', name: 'Own stream', kind: 'host', settings: { stream: 'evening' }, video: small },
    { id: 'tape', name: 'Tape', kind: 'recording', settings: {}, video: small },
  ],
}

const missing = desktopMissing('xfce4-panel', 'dunst')
const watcher = ['org.kde.StatusNotifierWatcher', '/StatusNotifierWatcher', 'org.kde.StatusNotifierWatcher'] as const
const blue = '2f6fed'
const red = 'd92d35'
const amber = 'd9860a'
const grey = '7c8492'

interface Entry {
  readonly id: number
  readonly label: string | undefined
  readonly state: number | undefined
  readonly entries: readonly Entry[]
}

describe('the icon in the panel', () => {
  let desktop: DesktopSession
  let host: RunningHost
  let panel: SessionProgram
  let tray: SessionProgram
  const { ask, untilShow } = showRequests(() => host)

  beforeAll(async () => {
    if (missing !== undefined) return
    desktop = await startDesktop()
    panel = await startPanel(desktop)
    host = await startHost({ name: 'shell-tray' })
    await openCollection(host, collection)
    tray = desktop.spawn(process.execPath, [join(root, 'bin/streams.mjs'), 'tray', '--data', host.dataDir])
  })
  afterAll(async () => {
    await desktop?.stop()
    await host?.stop()
  })
  const needsDesktop = (context: TestContext): void => {
    if (missing !== undefined) skipBecause(context, missing)
  }

  const item = (): Promise<string | undefined> =>
    desktop.property(...watcher, 'RegisteredStatusNotifierItems').then(([first]: string[]) => first?.replace(/\/.*$/, ''))
  const itemName = (): Promise<string> => until(item, () => `an icon is registered: ${tray.said()}`)
  /** The menu as a panel reads it. */
  const menu = async (): Promise<readonly Entry[]> => {
    const [, root] = await desktop.call(await itemName(), '/MenuBar', 'com.canonical.dbusmenu', 'GetLayout', 'iias', '0', '-1', '0')
    const entry = ([id, properties, children]: any): Entry => ({
      id,
      label: properties.label?.data,
      state: properties['toggle-state']?.data,
      entries: children.map((each: any) => entry(each.data)),
    })
    return entry(root).entries
  }
  const flat = (entries: readonly Entry[]): Entry[] => entries.flatMap((entry) => [entry, ...flat(entry.entries)])
  const find = async (label: string): Promise<Entry | undefined> => flat(await menu()).find((each) => each.label === label)
  /** Clicks as a panel does. */
  const click = async (label: string): Promise<void> => {
    const found = await until(() => find(label), `the menu has "${label}"`)
    await desktop.call(await itemName(), '/MenuBar', 'com.canonical.dbusmenu', 'Event', 'isvu', String(found.id), 'clicked', 's', '', '0')
  }
  const output = async (id: string): Promise<string> => (await ask('GET', '/studio')).outputs.find((each: any) => each.id === id).state
  /** Waits until the panel shows an icon of that colour. */
  const untilColor = (color: string, what: string): Promise<unknown> =>
    until(async () => (await desktop.pixels(0, 0, 1280, 40)).filter((each) => each === color).length > 20, what)
  const toolTip = async (): Promise<string> =>
    (await desktop.property(await itemName(), '/StatusNotifierItem', 'org.kde.StatusNotifierItem', 'ToolTip'))[3]

  it('appears in the panel with scenes, microphones and outputs, and follows what happens on the host', async (context) => {
    needsDesktop(context)
    await untilColor(blue, 'the panel shows the icon of a host where nothing is live')
    await until(async () => (await toolTip()) === 'Evening: Nothing is live', 'the tooltip says so')
    expect((await menu()).map(({ label }) => label)).toEqual([
      'Go live',
      'Record',
      undefined,
      'Mute Desk microphone',
      'Scenes',
      undefined,
      'Open AMI Streams',
      undefined,
      'Remove this icon',
    ])
    expect((await find('Scenes'))!.entries.map(({ label, state }) => [label, state])).toEqual([
      ['Welcome', 1],
      ['Game__1 & more', 0],
    ])
    // What happens elsewhere is shown here.
    await ask('POST', '/studio/program', { scene: 'game' })
    await until(async () => (await find('Game__1 & more'))?.state === 1 && (await find('Welcome'))?.state === 0, 'the scene is marked')
    await ask('POST', '/studio/actions', { do: 'mute', source: 'mic', muted: true })
    await until(async () => (await find('Mute Desk microphone'))?.state === 1, 'the microphone is marked')
  })

  it('switches scenes, unmutes, goes live, records and ends both by clicks in its menu', async (context) => {
    needsDesktop(context)
    await click('Welcome')
    await until(async () => (await ask('GET', '/studio/program')).canvases[0].program === 'welcome', 'the scene is on air')
    await click('Mute Desk microphone')
    await untilShow((show) => show.sources.find((each: any) => each.id === 'mic').audio.muted === false, 'the microphone is heard')
    await click('Go live')
    await until(async () => (await output('own')) === 'live', 'the output is live')
    await untilColor(red, 'the icon is red')
    await click('Record')
    await until(async () => (await output('tape')) === 'live', 'it records')
    await until(async () => (await toolTip()).includes('Recording'), 'the tooltip says that it records')
    await desktop.screenshot(join(artifacts, 'shell-tray-live.png'))
    await click('Stop recording')
    await until(async () => (await output('tape')) === 'off', 'the recording has ended')
    await click('End stream')
    await until(async () => (await output('own')) === 'off', 'the stream has ended')
  })

  it('answers calls that are wrong with an error, and goes on through thousands of them', async (context) => {
    needsDesktop(context)
    const name = await itemName()
    const menuFace = 'com.canonical.dbusmenu'
    const scenes = (await find('Scenes'))!
    const rejected = (path: string, face: string, member: string, signature = '', ...values: string[]): Promise<string> =>
      desktop.call(name, path, face, member, signature, ...values).then(
        (answer) => expect.fail(`${member} was answered: ${JSON.stringify(answer)}`),
        (error: { stderr: string }) => error.stderr,
      )
    const clicked = ['clicked', 's', '', '0']
    expect(await rejected('/MenuBar', menuFace, 'Event', 'isvu', '99999', ...clicked)).toContain('The menu has no item 99999')
    expect(await rejected('/MenuBar', menuFace, 'Event', 'isvu', '-1', ...clicked)).toContain('The menu has no item -1')
    expect(await rejected('/MenuBar', menuFace, 'Event', 's', 'clicked')).toContain('takes "isvu"')
    expect(await rejected('/MenuBar', menuFace, 'GetLayout', 'iias', '4711', '-1', '0')).toContain('The menu has no item 4711')
    for (const property of ['constructor', '__proto__', 'toString'])
      expect(await rejected('/MenuBar', menuFace, 'GetProperty', 'is', String(scenes.id), property)).toContain('has no property')
    expect(await rejected('/MenuBar', menuFace, 'Delete')).toContain('Delete')
    expect(await rejected('/Elsewhere', menuFace, 'GetLayout', 'iias', '0', '-1', '0')).toContain('/Elsewhere')
    expect(await rejected('/StatusNotifierItem', 'org.kde.StatusNotifierItem', 'Activate', 'ss', 'a', 'b')).toContain('takes "ii"')
    // What is no click, and a click on what cannot be clicked, do nothing.
    for (const event of ['hovered', 'opened', 'x'.repeat(10_000)])
      await desktop.call(name, '/MenuBar', menuFace, 'Event', 'isvu', String((await find('Welcome'))!.id), event, 's', '', '0')
    await ask('POST', '/studio/program', { scene: 'welcome' })
    const group = (ids: readonly number[]): Promise<any[]> =>
      desktop.call(
        name,
        '/MenuBar',
        menuFace,
        'EventGroup',
        'a(isvu)',
        String(ids.length),
        ...ids.flatMap((id) => [String(id), ...clicked]),
      )
    const unknown = Array.from({ length: 4000 }, (_, index) => 100_000 + index)
    expect(await group(unknown)).toEqual([unknown])
    const game = (await find('Game__1 & more'))!.id
    expect(await group(Array.from({ length: 4000 }, () => game))).toEqual([[]])
    await until(async () => (await find('Game__1 & more'))?.state === 1, 'the scene that was clicked is on air')
    expect(await itemName()).toBe(name)
    await click('Welcome')
    await until(async () => (await find('Welcome'))?.state === 1, 'the next click does what it says')
  })

  it('shows an output with a problem, and who went away', async (context) => {
    needsDesktop(context)
    const nobody = { id: 'far', name: 'Far', kind: 'rtmp', settings: { url: 'rtmp://127.0.0.1:9/live', key: 'x' }, video: small }
    await ask('POST', '/studio/outputs', nobody)
    await ask('POST', '/studio/outputs/far/start', {})
    await untilColor(amber, 'the icon shows a problem')
    await ask('POST', '/studio/outputs/far/stop', {})
    await untilColor(blue, 'the problem is over')
  })

  it('is back when the panel starts again', async (context) => {
    needsDesktop(context)
    await panel.end('SIGKILL')
    await until(async () => !(await desktop.hasOwner(watcher[0])), 'the panel is gone')
    panel = await startPanel(desktop)
    await untilColor(blue, 'the new panel shows the icon')
  })

  it('is back after its process was killed, and shows how the host is now', async (context) => {
    needsDesktop(context)
    const before = await itemName()
    process.kill(Number(/-(\d+)-1$/.exec(before)![1]), 'SIGKILL')
    await ask('POST', '/studio/program', { scene: 'game' })
    await until(
      async () => ((await item()) ?? before) !== before,
      () => `another icon: ${tray.said()}`,
    )
    await until(async () => (await find('Game__1 & more'))?.state === 1, 'its menu marks the scene that is on air')
    await untilColor(blue, 'the panel shows it')
    expect(tray.said()).toContain('The icon was killed (SIGKILL). It is started again.')
  })

  it('says that no host runs, and shows the next one', async (context) => {
    needsDesktop(context)
    const { dataDir } = host
    await host.kill('SIGKILL')
    await untilColor(grey, 'the icon is grey')
    expect(await toolTip()).toBe('Not running')
    expect((await menu()).map(({ label }) => label)).toEqual(['Not running', undefined, 'Remove this icon'])
    host = await startHost({ name: 'shell-tray', dataDir })
    await untilColor(blue, 'the icon shows the host that is back')
    await click('Remove this icon')
    expect(await tray.ended).toBe(0)
    expect(await item()).toBeUndefined()
  })
})
