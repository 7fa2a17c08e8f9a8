import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { complaints, launchBrowser } from './helpers/browser.ts'
import { shareOfColor } from './helpers/canvas-share.ts'
import type { RunningHost } from './helpers/host.ts'
import { type HostAmongUsers, startHostAmongUsers, usersMissing } from './helpers/machine-users.ts'
import { pipeWireMissing } from './helpers/pipewire.ts'
import { skipBecause } from './helpers/skip.ts'
import { look } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'
import { wavFile, wavRate } from './helpers/wav.ts'

/** Displays of another user of the machine: a host without rights, the helper, and real users in a mount namespace. */

const missing =
  usersMissing() ??
  (['Xvnc', 'xterm', 'xclip'].every((program) => existsSync(`/usr/bin/${program}`))
    ? pipeWireMissing()
    : 'Xvnc, xterm and xclip are needed: apt-get install tigervnc-standalone-server xterm xclip')
let world: HostAmongUsers
let host: RunningHost
let browser: Browser
let page: Page
let problems: string[]
let id = ''

const tone = join(process.env.TMPDIR ?? '/tmp', `ami-users-tone-${process.pid}.wav`)

beforeAll(async () => {
  if (missing !== undefined) return
  world = await startHostAmongUsers('desktop-users')
  host = world.host
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1000, height: 700 }, acceptDownloads: true })
  problems = complaints(page)
}, 120_000)

afterAll(async () => {
  for (const { id: each } of (await host?.api('GET', '/desktop/displays').catch(() => undefined))?.body.items ?? []) {
    await host.api('DELETE', `/desktop/displays/${each}`).catch(() => undefined)
  }
  await browser?.close()
  await world?.stop()
  rmSync(tone, { force: true })
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

const asAnna = (script: string) => world.as('anna', 'sh', '-c', script)
const start = (...command: readonly string[]) => host.api('POST', `/desktop/displays/${id}/programs`, { command })
const content = (path: string) => fetch(`${host.http}/api/v1/desktop/displays/${id}/files/content?path=${encodeURIComponent(path)}`)
const display = async () => (await host.api('GET', `/desktop/displays/${id}`)).body
const folder = async (): Promise<string> => (await host.api('GET', `/desktop/displays/${id}/files`)).body.folder
const upload = async (path: string, bytes: Uint8Array) => {
  const url = `${host.http}/api/v1/desktop/displays/${id}/files/uploads`
  const begun = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ path, bytes: bytes.length }),
  })
  const { id: upload } = (await begun.json()) as { id: string }
  const put = await fetch(`${url}/${upload}/bytes?offset=0`, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes as BodyInit,
  })
  return { status: put.status, body: (await put.json()) as any }
}

describe('the helper', () => {
  /** What it answers to bytes that come from a user; `slow` sends them without an end of line, and waits. */
  const ask = (user: 'host' | 'ben' | 'root', requests: readonly string[]) =>
    world
      .as(
        user,
        process.execPath,
        '-e',
        `const { connect } = require('node:net')
         const answers = ${JSON.stringify(requests)}.map((text) => new Promise((resolve) => {
           let said = ''
           const socket = connect('/run/sessions.sock', () => text && socket.write(text))
           socket.on('data', (data) => { said += data; if (said.startsWith('ok')) socket.destroy() })
           socket.on('error', (error) => { said += error.code })
           socket.on('close', () => resolve(said.trim()))
         }))
         Promise.all(answers).then((all) => console.log(JSON.stringify(all)))`,
      )
      .then(({ out }) => JSON.parse(out) as string[])

  it('starts a process as a user who is in the file of names, for the user of the host alone', async () => {
    expect(await ask('host', ['session ami-anna\n'])).toEqual(['ok'])
    // Root may open the socket, and is denied before it has said anything.
    expect((await ask('root', ['']))[0]).toMatch(/^no only the user that the host runs as may ask/)
    expect(await ask('ben', ['session ami-anna\n'])).toEqual(['EACCES'])
  })

  it('denies everybody else, and what is no request', async () => {
    const answers = await ask('host', [
      'session root\n',
      'session daemon\n',
      'session ami-host\n',
      'session ami-ben\n',
      'session ami-ghost\n',
      'session ../../etc/passwd\n',
      'session -root\n',
      'session ami-anna\0root\n',
      'session ami-anna; id\n',
      'run /bin/sh\n',
      '\n',
      `session ${'a'.repeat(5000)}\n`,
      'session ami-a',
    ])
    expect(answers).toEqual([
      'no root is a user of the system',
      'no daemon is a user of the system',
      'no ami-host is not in /run/sessions',
      'no ami-ben is not in /run/sessions',
      'no there is no user ami-ghost',
      'no that is not the name of a user',
      'no that is not the name of a user',
      'no the request is unknown',
      'no that is not the name of a user',
      'no the request is unknown',
      'no the request is unknown',
      expect.stringMatching(/^no the request is too long/),
      'no the request did not come in time',
    ])
  })

  it('reads no file of names that others than root may write', async () => {
    await world.as('root', 'chmod', '666', '/run/sessions')
    expect(await ask('host', ['session ami-anna\n'])).toEqual(['no others than root may write /run/sessions'])
    await world.as('root', 'chmod', '644', '/run/sessions')
    await world.as('root', 'sh', '-c', 'mv /run/sessions /run/names; ln -s /run/names /run/sessions')
    expect((await ask('host', ['session ami-anna\n']))[0]).toMatch(/^no \/run\/sessions cannot be read/)
    await world.as('root', 'sh', '-c', 'rm /run/sessions; mv /run/names /run/sessions')
  })
})

describe('a display of another user', () => {
  it('is created on the page, and runs as that user', async () => {
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('create-display').click()
    await page.getByTestId('display-user').selectOption('ami-anna')
    await page.getByTestId('display-name').fill('Work')
    await page.getByTestId('display-starts').selectOption('program')
    await page.getByTestId('display-command').fill('xterm -maximized -bg #103050 -fg #ffffff')
    await look(page, 'desktop-of-user')
    await page.getByTestId('display-submit').click()
    const card = page.getByTestId('display-card')
    await card.waitFor()
    expect(await card.getByTestId('display-runs-as').textContent()).toContain('ami-anna')
    id = (await card.getAttribute('data-display')) ?? ''
    expect(await display()).toMatchObject({ user: 'ami-anna', state: 'running', audio: 'on' })
    await card.getByRole('link').click()
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    await until(async () => (await shareOfColor(page, [0x10, 0x30, 0x50])) > 0.3, 'the terminal is drawn')
    await page.keyboard.type('(id; env) > ~/who; touch ~/done\n')
    await until(async () => (await world.as('root', 'test', '-e', '/home/ami-anna/done')).code === 0, 'what was typed ran')
    const { out } = await asAnna('cat ~ami-anna/who')
    expect(out).toContain('uid=2001(ami-anna) gid=2001(ami-anna) groups=2001(ami-anna),2010(ami-annas)')
    for (const line of [
      'HOME=/home/ami-anna',
      'USER=ami-anna',
      'XDG_RUNTIME_DIR=/run/ami-streams-sessions/2001',
      'DBUS_SESSION_BUS_ADDRESS=',
    ])
      expect(out).toContain(line)
    // Nothing of the host's own environment.
    expect(out).not.toMatch(/AMI_STREAMS_SESSIONS|AMI_MEDIASOUP|ami-host/)
    const image = await fetch(`${host.http}/api/v1/desktop/displays/${id}/screenshot`)
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  })

  it('says why a user cannot be chosen', async () => {
    const denied = await host.api('POST', '/desktop/displays', { user: 'ami-ben', command: null })
    expect(denied).toMatchObject({
      status: 403,
      body: { code: 'desktop.user_denied', detail: expect.stringContaining('ami-ben is not in') },
    })
    expect((await host.api('GET', '/desktop/users')).body).toMatchObject({ own: 'ami-host', problem: null })
    expect((await host.api('GET', '/desktop/displays')).body.items).toHaveLength(1)
  })

  it('is not seen, heard or read by other users of the machine', async () => {
    const { server } = await display()
    const run = `/run/ami-streams-sessions/2001/displays/${id}`
    for (const user of ['ben', 'host'] as const) {
      expect((await world.as(user, 'ls', '/run/ami-streams-sessions/2001')).out).toContain('Permission denied')
      expect((await world.as(user, 'cat', `${run}/xauthority`)).out).toContain('Permission denied')
      const shown = await world.as(user, 'env', `DISPLAY=${server}`, 'XAUTHORITY=/nonexistent', 'xterm', '-e', 'true')
      expect([shown.code === 0, /authorization|Authorization|No protocol specified/i.test(shown.out)]).toEqual([false, true])
      expect((await world.as(user, 'env', `PULSE_SERVER=unix:${run}/audio/pulse/native`, 'pactl', 'info')).out).toMatch(
        /denied|refused|failure/i,
      )
      expect((await world.as(user, 'cat', '/home/ami-anna/who')).out).toContain('Permission denied')
    }
    expect((await asAnna(`ls ${host.dataDir}`)).out).toContain('Permission denied')
  })

  it('takes and gives files as that user, whatever links lead elsewhere', async () => {
    const whole = Buffer.alloc(3_000_000, 'x1y2')
    expect(await upload('in/big.bin', whole)).toMatchObject({ status: 200, body: { file: { path: 'in/big.bin' } } })
    const at = await folder()
    expect(at).toMatch(/^\/home\/ami-anna\/Downloads\/Work/)
    expect((await asAnna(`stat -c '%U %a %s' '${at}/in/big.bin'`)).out).toBe('ami-anna 600 3000000\n')
    expect(Buffer.from(await (await content('in/big.bin')).arrayBuffer()).equals(whole)).toBe(true)
    const part = await fetch(`${host.http}/api/v1/desktop/displays/${id}/files/content?path=in/big.bin`, {
      headers: { range: 'bytes=7-200006' },
    })
    expect([part.status, Buffer.from(await part.arrayBuffer()).equals(whole.subarray(7, 200_007))]).toEqual([206, true])
    const zip = Buffer.from(await (await content('in')).arrayBuffer())
    expect([zip.subarray(0, 2).toString(), zip.includes(whole.subarray(0, 100_000))]).toEqual(['PK', true])
    // The host could read its own data, and write there; the user cannot, and neither can who works there.
    const data = host.dataDir
    await asAnna(`cd '${at}' && ln -s ${data} data && ln -s ${data}/streams.db db && ln -s /etc/shadow shadow && mkfifo pipe`)
    for (const path of ['data', 'db', 'shadow', 'data/streams.db', 'pipe']) expect((await content(path)).status, path).toBe(404)
    const begun = await host.api('POST', `/desktop/displays/${id}/files/uploads`, { path: 'data/mine.txt', bytes: 0 })
    expect(begun).toMatchObject({ status: 400, body: { code: 'desktop.file_name' } })
    // The whole folder a link: what is written there is written with the rights of its user.
    await asAnna(`mv '${at}' ~ami-anna/away && ln -s ${data} '${at}'`)
    const lost = await host.api('POST', `/desktop/displays/${id}/files/uploads`, { path: 'mine.txt', bytes: 0 })
    expect(lost.status).toBeGreaterThanOrEqual(400)
    expect(existsSync(join(data, 'mine.txt'))).toBe(false)
    await asAnna(`rm '${at}' && mv ~ami-anna/away '${at}'`)
  })

  it('gives files that its programs copied, as far as its user may read them', async () => {
    await asAnna(`echo 'hers' > ~ami-anna/'a note.txt'`)
    const uris = ['/home/ami-anna/a%20note.txt', `${host.dataDir}/streams.db`].map((path) => `file://${path}`).join('\\n')
    await start('sh', '-c', `printf %b '${uris}\\n' | xclip -selection clipboard -t text/uri-list -i`)
    const copied = await until(async () => {
      const { status, body } = await host.api('GET', `/desktop/displays/${id}/files/copied`)
      return status === 200 ? body : undefined
    }, 'files were copied')
    expect(copied).toMatchObject({ entries: [{ name: 'a note.txt', kind: 'file', bytes: 5 }], more: true })
    const saved = await fetch(`${host.http}/api/v1/desktop/displays/${id}/files/copied/content?copied=${copied.number}`)
    expect([saved.status, await saved.text()]).toEqual([200, 'hers\n'])
    const offered = await host.api('POST', `/desktop/displays/${id}/files/offered`, { paths: ['in/big.bin'] })
    expect(offered.status).toBe(204)
    await start('sh', '-c', 'xclip -selection clipboard -t text/uri-list -o > ~/pasted; touch ~/was-pasted')
    await until(async () => (await world.as('root', 'test', '-e', '/home/ami-anna/was-pasted')).code === 0, 'it was pasted')
    expect((await asAnna('cat ~ami-anna/pasted')).out).toMatch(/^file:\/\/\/home\/ami-anna\/Downloads\/Work.*\/in\/big\.bin/)
  })

  it('is heard where its programs play', async () => {
    const samples = Int16Array.from({ length: wavRate * 20 }, (_, at) => Math.round(8000 * Math.sin((2 * Math.PI * 440 * at) / wavRate)))
    writeFileSync(tone, wavFile(samples, 1), { mode: 0o644 })
    const packets = page.evaluate(
      (url) =>
        new Promise<number>((resolve, reject) => {
          setTimeout(() => reject(new Error('nothing is heard')), 20_000)
          const socket = new WebSocket(url)
          socket.binaryType = 'arraybuffer'
          let count = 0
          // What is said before is nobody's yet.
          const listen = ({ kind }: { kind: string }) => kind === 'rights' && socket.send(JSON.stringify({ kind: 'listen', on: true }))
          socket.onclose = () => reject(new Error('closed'))
          socket.onmessage = ({ data }) => {
            if (!(data instanceof ArrayBuffer)) return void listen(JSON.parse(data))
            if (new Uint8Array(data)[0] !== 4) return
            count++
            socket.send(JSON.stringify({ kind: 'heard', packet: count }))
            if (count < 100) return
            socket.onclose = null
            socket.close()
            resolve(count)
          }
        }),
      `${host.http.replace('http', 'ws')}/api/v1/desktop/session?display=${id}`,
    )
    await start('paplay', tone)
    expect(await packets).toBe(100)
  })

  it('goes on when its process is killed, and is shown again', async () => {
    const { server } = await display()
    const { out } = await world.as('root', 'sh', '-c', 'grep -l desktop-user-worker /proc/[0-9]*/cmdline | cut -d/ -f3')
    const isHers = (pid: string): boolean => {
      try {
        return readFileSync(`/proc/${pid}/status`, 'utf8').includes('\nUid:\t2001\t')
      } catch {
        return false
      }
    }
    const pids = out.split('\n').filter((pid) => pid !== '' && isHers(pid))
    expect(pids).toHaveLength(1)
    process.kill(Number(pids[0]), 'SIGKILL')
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    await page.getByTestId('desktop-canvas').click()
    await until(async () => {
      await page.keyboard.type('touch ~/again\n')
      return (await world.as('root', 'test', '-e', '/home/ami-anna/again')).code === 0
    }, 'what is typed arrives again')
    expect((await display()).server).toBe(server)
  })

  it('ends with its programs', async () => {
    const { server } = await display()
    await page.goto('about:blank')
    expect((await host.api('DELETE', `/desktop/displays/${id}`)).status).toBe(204)
    expect(existsSync(`/tmp/.X11-unix/X${server?.slice(1)}`)).toBe(false)
    expect((await world.as('root', 'ls', '/run/ami-streams-sessions/2001/displays')).out).toBe('')
    expect(problems).toEqual([])
  })
})
