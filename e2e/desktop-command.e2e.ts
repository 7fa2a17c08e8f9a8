import { existsSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { launchBrowser } from './helpers/browser.ts'
import { type CommandResult, streams } from './helpers/command.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { requestsTo } from './helpers/requests.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

/** `streams desktop`: what is created there runs, and its links lead where they say. */

const missing = existsSync('/usr/bin/Xvnc') ? undefined : 'Xvnc is needed: apt-get install tigervnc-standalone-server'
let host: RunningHost
const ask = requestsTo(() => host)
const run = (...args: string[]): Promise<CommandResult> => streams(['desktop', ...args], { dataDir: host.dataDir })
const codeOf = async (...args: string[]): Promise<string> => {
  const result = await streams(['--json', 'desktop', ...args], { dataDir: host.dataDir })
  expect([result.code, result.errors]).toEqual([1, ''])
  return result.json().error.code
}

beforeAll(async () => {
  // Nothing is the screen of the machine here, whatever machine this is.
  if (missing === undefined) host = await startHost({ name: 'desktop-command', env: { DISPLAY: '' } })
}, 120_000)

afterAll(async () => {
  if (host) for (const { id } of (await ask('GET', '/desktop/displays')).items) await ask('DELETE', `/desktop/displays/${id}`)
  await host?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

it('creates desktops with what was asked for, lists and removes them', async () => {
  expect((await run('list')).out.trim()).toBe('(none)')
  const mark = `${host.dataDir}/started`
  const made = (
    await run(
      'create',
      'Build box',
      '--size',
      '800x600',
      '--end-after',
      '30',
      '--start-with-host',
      '--json',
      '--',
      'sh',
      '-c',
      `: > ${mark}; sleep 60`,
    )
  ).json()
  expect(made).toMatchObject({ name: 'Build box', width: 800, height: 600, endAfterMinutes: 30, startsWithHost: true, locksOnLeave: false })
  expect(made).toMatchObject({ command: ['sh', '-c', `: > ${mark}; sleep 60`], state: 'running' })
  await until(() => existsSync(mark), 'its program runs')
  const plain = await run('create', '--empty', '--lock-on-leave')
  expect(plain.out).toMatch(/^Desktop Desktop 1 \(id [0-9a-f-]+\) runs\. Open it: streams desktop open /)
  const { items } = (await run('list', '--json')).json()
  expect(items.map((each: any) => [each.name, each.command?.[0] ?? null])).toEqual([
    ['Build box', 'sh'],
    ['Desktop 1', null],
  ])
  const [head, first] = (await run('list')).out.split('\n')
  expect(head).toMatch(/^ID +NAME +KIND +STATE +SIZE +USER +VIEWERS +LIVE$/)
  expect(first).toMatch(new RegExp(`^${made.id} +Build box +virtual +running +800x600 +0$`))
  // By its name, in whatever case.
  expect((await run('remove', 'desktop 1', '--json')).json()).toEqual({ removed: items[1].id })
  expect((await run('list', '--json')).json().items.map(({ name }: any) => name)).toEqual(['Build box'])
})

it('says by code what is wrong, and does nothing then', async () => {
  await run('create', 'Same', '--empty')
  await run('create', 'same', '--empty')
  expect(await codeOf('remove', 'nowhere')).toBe('desktop.display_not_found')
  const several = await run('remove', 'SAME')
  expect([several.code, several.out]).toEqual([1, ''])
  expect(several.errors).toContain('More than one desktop is named "SAME": say which by its id')
  expect(await codeOf('create', '--size', '800')).toBe('command.invalid')
  expect(await codeOf('create', '--empty', 'Two', 'xterm')).toBe('command.invalid')
  expect(await codeOf('create', 'Two', '--authority', '/tmp/x')).toBe('command.invalid')
  expect(await codeOf('create', 'Two', '--scale', '1.5')).toBe('command.invalid')
  expect(await codeOf('create', 'Two', '--wayland', '--scale', '3')).toBe('command.invalid')
  expect(await codeOf('create', 'Two', '--', '/nonexistent/program')).toBe('desktop.program_failed')
  expect(await codeOf('create', 'Two', '--size', '9x9')).toBe('request.invalid')
  expect(await codeOf('invite', 'Build box', '--rights', 'see,fly')).toBe('request.invalid')
  expect(await codeOf('invite', 'Build box', '--expires', '0')).toBe('command.invalid')
  const { items } = (await run('list', '--json')).json()
  expect(items.map(({ name }: any) => name)).toEqual(['Build box', 'Same', 'same'])
  for (const { id } of items.slice(1)) expect((await run('remove', id)).code).toBe(0)
})

it('leads to a desktop by a link that signs in, and guests by theirs with the rights that it gives', async () => {
  const opened = await run('open', 'Build box')
  const link = /http\S+/.exec(opened.out)![0]
  const { id, url } = (await run('open', 'Build box', '--json')).json()
  expect(url).toContain(`/desktops/${id}#link=`)
  const invited = (await run('invite', 'Build box', '--rights', 'see,clipboard', '--expires', '5', '--json')).json()
  expect(invited.invitation).toMatchObject({ rights: ['see', 'clipboard'], once: true, asks: false, separate: null })
  const several = await run('invite', 'build BOX', '--several', '--own-display')
  expect(several.out).toContain('Link to Build box for several guests (see, control), until ')
  const browser = await launchBrowser()
  try {
    const own = await browser.newPage()
    await own.goto(link)
    await own.locator('[data-testid=desktop][data-state=open]').waitFor()
    const guest = await (await browser.newContext()).newPage()
    await guest.goto(invited.url)
    await guest.getByTestId('invitation-name').fill('Gus')
    await guest.getByTestId('invitation-join').click()
    await guest.locator('[data-testid=desktop][data-state=open]').waitFor()
    const attendees = (await ask('GET', `/desktop/displays/${id}/attendees`)).items
    expect(attendees.map((each: any) => each.rights)).toContainEqual(['see', 'clipboard'])
  } finally {
    await browser.close()
  }
})
