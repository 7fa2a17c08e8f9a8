import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { type DesktopSession, desktopMissing, type SessionProgram, startDesktop } from './helpers/desktop-session.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts, root } from './helpers/paths.ts'
import { desktopPortal } from './helpers/private-folder.ts'
import { openShow, type Show } from './helpers/show.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'
import { portalProgram } from './helpers/wayland-desktop.ts'

const missing = desktopMissing('dunst', 'dunstctl')

/** A notification that the daemon shows or showed. */
interface Shown {
  readonly id: number
  readonly summary: string
  readonly body: string
}

describe('notifications of the desktop', () => {
  let desktop: DesktopSession
  let host: RunningHost
  let show: Show
  let tray: SessionProgram
  const opened = (): string => join(desktop.folder, 'opened')

  beforeAll(async () => {
    if (missing !== undefined) return
    desktop = await startDesktop()
    desktop.spawn('dunst', [])
    await until(() => desktop.hasOwner('org.freedesktop.Notifications'), 'dunst shows notifications')
    host = await startHost({ name: 'shell-notifications' })
    show = await openShow(host)
    await show.add('tape', 'recording', {})
    await show.add('far', 'rtmp', { url: 'rtmp://127.0.0.1:9/live', key: 'x' })
    // What is opened with the desktop is written down instead.
    const bin = join(desktop.folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\necho "$@" >>"${opened()}"\n`)
    chmodSync(join(bin, 'xdg-open'), 0o755)
    tray = desktop.spawn(process.execPath, [join(root, 'dist/host/main.js'), 'tray', '--data', host.dataDir], {
      PATH: `${bin}:${process.env.PATH}`,
    })
    await until(hasTray, () => `the tray runs: ${tray.said()}`)
    // It shows nothing of what happened before it followed the host.
    await until(async () => (await toolTip()).includes('Nothing is live'), 'the tray follows the host')
  })
  afterAll(async () => {
    await desktop?.stop()
    await host?.stop()
  })
  const needsDesktop = (context: TestContext): void => {
    if (missing !== undefined) skipBecause(context, missing)
  }
  const hasTray = (): Promise<boolean> => desktop.hasOwner(`org.kde.StatusNotifierItem-${tray.child.pid}-1`)
  const toolTip = async (): Promise<string> =>
    (
      await desktop.property(
        `org.kde.StatusNotifierItem-${tray.child.pid}-1`,
        '/StatusNotifierItem',
        'org.kde.StatusNotifierItem',
        'ToolTip',
      )
    )[3]
  const ctl = async (...args: string[]): Promise<string> => {
    const program = desktop.spawn('dunstctl', args)
    await program.ended
    return program.said()
  }
  /** All notifications: `dunstctl history` has those that are closed. */
  const all = async (): Promise<Shown[]> => {
    await ctl('close-all')
    const { data } = JSON.parse(await ctl('history')) as { data: any[][] }
    return data.flat().map((each) => ({ id: each.id.data, summary: each.summary.data, body: each.body.data }))
  }
  const displayed = async (): Promise<number> => Number((await ctl('count', 'displayed')).trim())

  it('shows that a recording is complete, and opens its folder', async (context) => {
    needsDesktop(context)
    await show.start('tape')
    await show.until('tape', ({ state, statistics }) => state === 'live' && Number(statistics.bytes) > 0)
    await show.stop('tape')
    await until(async () => (await displayed()) === 1, 'a notification is shown')
    await desktop.screenshot(join(artifacts, 'shell-notification.png'))
    // A click on it.
    await ctl('action', '0')
    const file = (await host.api('GET', '/studio/files')).body.items[0]!
    await until(() => existsSync(opened()), 'the folder is opened')
    expect(readFileSync(opened(), 'utf8').trim()).toBe(dirname(file.path))
    expect(await all()).toMatchObject([{ summary: 'The recording is complete', body: file.fileName }])
  })

  it('shows once that an output has lost its connection, however often it tries', async (context) => {
    needsDesktop(context)
    await show.start('far')
    await until(async () => (await displayed()) === 1, 'a notification is shown')
    await show.stop('far')
    const titles = (await all()).map(({ summary }) => summary)
    expect(titles.filter((each) => each.startsWith('far '))).toEqual(['far lost its connection and tries again'])
  })

  it('shows nothing that is switched off in the settings', async (context) => {
    needsDesktop(context)
    const before = (await all()).length
    await host.api('PATCH', '/settings', { notifyRecordings: false })
    await show.start('tape')
    await show.until('tape', ({ state, statistics }) => state === 'live' && Number(statistics.bytes) > 0)
    await show.stop('tape')
    await until(
      async () => (await host.api('GET', '/studio/files')).body.items.every(({ state }) => state === 'complete'),
      'it is complete',
    )
    await host.api('PATCH', '/settings', { notifyRecordings: true })
    await show.start('tape')
    await show.until('tape', ({ state, statistics }) => state === 'live' && Number(statistics.bytes) > 0)
    await show.stop('tape')
    // The later recording is reported: the one before it was not.
    await until(async () => (await displayed()) > 0, 'a notification is shown')
    expect((await all()).length).toBe(before + 1)
  })

  it('keeps the machine awake while a recording runs, by the screen saver, and by the portal where that is missing', async (context) => {
    needsDesktop(context)
    const hasPortal = existsSync(portalProgram) && existsSync('/usr/lib/python3/dist-packages/gi')
    if (!hasPortal && skipBecause(context, 'xdg-desktop-portal missing: apt-get install xdg-desktop-portal python3-gi')) return
    const double = (kind: string): SessionProgram => desktop.spawn('/usr/bin/python3', [join(root, 'e2e/helpers/awake-double.py'), kind])
    /** @param restart has what keeps awake start again meanwhile, and answers the one that is asked then */
    const record = async (
      by: SessionProgram,
      inhibited: RegExp,
      released: RegExp,
      restart: () => Promise<SessionProgram>,
    ): Promise<void> => {
      expect(by.said()).not.toContain('inhibited')
      await show.start('tape')
      await until(() => inhibited.test(by.said()), by.said)
      expect(by.said()).not.toContain('released')
      const next = await restart()
      const before = next === by ? 1 : 0
      await until(() => next.said().split('inhibited').length - 1 > before, next.said)
      expect(next.said()).toMatch(inhibited)
      await show.stop('tape')
      await until(() => released.test(next.said()), next.said)
    }
    const saver = double('screen-saver')
    await until(() => saver.said().includes('ready'), saver.said)
    let nextSaver = saver
    await record(saver, /^inhibited 7001 by AMI Streams: \S/m, /^released 7001$/m, async () => {
      await saver.end()
      nextSaver = double('screen-saver')
      return nextSaver
    })
    await nextSaver.end()

    const portals = join(desktop.folder, 'portals')
    mkdirSync(portals)
    const name = 'org.freedesktop.impl.portal.desktop.double'
    writeFileSync(
      join(portals, 'double.portal'),
      `[portal]\nDBusName=${name}\nInterfaces=org.freedesktop.impl.portal.Inhibit;\nUseIn=double\n`,
    )
    const backend = double('portal')
    await until(() => backend.said().includes('ready'), backend.said)
    const startPortal = (): SessionProgram =>
      desktop.spawn(portalProgram, ['--replace'], { XDG_CURRENT_DESKTOP: 'double', XDG_DESKTOP_PORTAL_DIR: portals })
    let portal = startPortal()
    // One without that backend may run already, as the bus starts it for whoever asks; this one takes its place.
    const inhibits = () => desktop.property(desktopPortal, '/org/freedesktop/portal/desktop', 'org.freedesktop.portal.Inhibit', 'version')
    await until(() => inhibits().catch(() => undefined), portal.said)
    // Suspend and idle, and why.
    await record(backend, /^inhibited 12: \S/m, /^released$/m, async () => {
      portal = startPortal()
      return backend
    })
    await portal.end()
  })

  it('says why a link that was clicked leads nowhere', async (context) => {
    needsDesktop(context)
    const main = join(root, 'dist/host/main.js')
    const link = 'ami-streams://open/keys?<b>delete</b>'
    const one = desktop.spawn(process.execPath, [main, 'open', '--from-desktop', link, '--data', host.dataDir])
    expect(await one.ended, one.said()).toBe(1)
    const shown = (await all()).find(({ summary }) => summary === 'The link cannot be opened')
    expect(shown?.body).toContain('has "?", which no link has')
  })
})
