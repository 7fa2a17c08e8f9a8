import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { streams } from './helpers/command.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { packProgram } from './helpers/pack-program.ts'
import { freePort } from './helpers/relay-targets.ts'
import { skipBecause } from './helpers/skip.ts'
import { noSshMachine, type SshMachine, startSshMachine } from './helpers/ssh-machine.ts'
import { until } from './helpers/until.ts'

const reason = noSshMachine()

/** Fields of the open dialog that are covered by its row of buttons, or off the screen, while they have the focus. */
const fieldsBelowActions = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const covered: string[] = []
    for (const field of document.querySelectorAll<HTMLElement>('dialog[open] :is(input, select, textarea):not(:disabled)')) {
      field.focus()
      await new Promise(requestAnimationFrame)
      const { left, bottom } = field.getBoundingClientRect()
      if (document.elementFromPoint(left + 5, bottom - 3) !== field) covered.push(field.id || field.dataset.testid || field.tagName)
    }
    return covered
  })

describe('a node that is set up over SSH', () => {
  let machine: SshMachine
  let host: RunningHost
  let folder: string
  let program: string
  let httpPort: number
  let passwordFile: string

  const traces = (): string[] =>
    [
      'opt/ami-streams-node',
      'etc/ami-streams-node',
      'var/lib/ami-streams-node',
      'var/cache/ami-streams-node',
      'etc/systemd/system/ami-streams-node.service',
      'etc/systemd/system/multi-user.target.wants/ami-streams-node.service',
    ].filter((path) => existsSync(join(machine.root, path)))
  const hasUser = (): boolean => readFileSync(join(machine.root, 'etc/passwd'), 'utf8').includes('ami-streams-node:')
  const isServing = async (): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${httpPort}/api/v1/cdn/health`).catch(() => undefined))?.status === 200
  const network = (...args: readonly string[]) => streams(['--json', 'network', ...args], { dataDir: host.dataDir })
  const add = (...args: readonly string[]) =>
    network(
      ...['add', `alex@127.0.0.1:${machine.port}`, '--password-file', passwordFile, '--name', 'Berlin', '--bind', '127.0.0.1'],
      ...['--http-port', String(httpPort), '--https-port', 'off', ...args],
    )
  const password = () => ({ kind: 'password', password: machine.password })
  const access = (user: string, credentials: object, more: object = {}) => ({
    ...{ host: '127.0.0.1', port: machine.port, user, hostKey: fingerprint(), credentials, ...more },
  })
  const node = () => ({ name: 'Berlin', bind: '127.0.0.1', httpPort, httpsPort: 'off' })
  const check = (user: string, credentials: object, more: object = {}) =>
    host.api('POST', '/network/machines/check', { ...access(user, credentials, more), ...node() })
  /** Sets the node up and waits until that has ended. */
  const setUp = async (more: object = {}) => {
    const { status, body } = await host.api('POST', '/network/machines/set-up', { ...access('alex', password()), ...node(), ...more })
    expect([status, body.code]).toEqual([202, undefined])
    return until(async () => {
      const job = (await host.api('GET', `/network/machines/jobs/${body.id}`)).body
      return job.state !== 'running' && job
    }, 'the end of the job')
  }
  /** The errors of requests: an SSH server rejects many at once. */
  const oneByOne = async (requests: readonly (() => ReturnType<typeof check>)[]): Promise<(string | undefined)[]> => {
    const codes: (string | undefined)[] = []
    for (const ask of requests) codes.push((await ask()).body.code)
    return codes
  }
  /** Cuts the archive in the middle while \`work\` runs. */
  const withBrokenProgram = async (work: () => Promise<void>): Promise<void> => {
    const good = readFileSync(program)
    writeFileSync(program, good.subarray(0, good.length / 2))
    try {
      await work()
    } finally {
      writeFileSync(program, good)
    }
  }
  const fingerprint = (): string => machine.run('ssh-keygen', '-lf', '/run/host_key.pub').split(' ')[1] ?? ''

  beforeAll(async () => {
    if (reason !== undefined) return
    folder = mkdtempSync(join(tmpdir(), 'ami-node-setup-'))
    mkdirSync(join(folder, 'packages'))
    program = packProgram(join(folder, 'packages'))
    ;[machine, host, httpPort] = await Promise.all([
      startSshMachine(),
      startHost({ name: 'node-setup', dataDir: folder, env: { SSH_AUTH_SOCK: '' } }),
      freePort(),
    ])
    passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, `${machine.password}\n`, { mode: 0o600 })
  })
  afterAll(async () => {
    if (reason !== undefined) return
    await host?.stop()
    await machine?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach((context) => {
    if (reason !== undefined) skipBecause(context, reason)
  })

  it('answers viewers, without any rights, once the host key of its machine was accepted', async () => {
    const unknown = (await add('--check')).json()
    expect(unknown.error.code).toBe('network.host_key_unknown')
    expect(unknown.error.message).toContain(fingerprint())
    expect(traces()).toEqual([])

    const added = await add('--host-key', fingerprint())
    const job = added.json()
    expect(job, added.errors).toMatchObject({ state: 'done', kind: 'add' })
    for (const { id, ms } of job.steps) process.stdout.write(`${id} ${ms} ms\n`)
    expect((await host.api('GET', '/network/nodes')).body.items).toMatchObject([{ id: job.nodeId, name: 'Berlin', connected: true }])
    expect(await isServing()).toBe(true)
    // Answered by the origin, through the node.
    expect((await fetch(`http://127.0.0.1:${httpPort}/api/v1/time`)).status).toBe(200)

    const unit = readFileSync(join(machine.root, 'etc/systemd/system/ami-streams-node.service'), 'utf8')
    expect(unit).toContain('User=ami-streams-node')
    expect(unit).toContain('ProtectSystem=strict')
    const everything = [unit, ...readdirSync(join(machine.root, 'etc/ami-streams-node')), machine.run('ps', '-eo', 'args')].join('\n')
    expect(everything).not.toContain('join_')
    expect(machine.run('ps', '-eo', 'user:20,args')).toMatch(/^ami-streams-node .* edge /m)
  })

  it('goes on as it was when a repair fails, and is repaired by the next', async () => {
    const [before] = (await host.api('GET', '/network/nodes')).body.items
    await withBrokenProgram(async () => {
      const failed = await setUp()
      expect(failed).toMatchObject({ state: 'failed', error: { code: 'network.step_failed' } })
      expect(failed.steps.map(({ id, state }) => `${id} ${state}`)).toEqual(expect.arrayContaining(['copy failed', 'undo done']))
      expect(await isServing()).toBe(true)
    })
    const releases = join(machine.root, 'opt/ami-streams-node/releases')
    for (const release of readdirSync(releases)) rmSync(join(releases, release, 'bin/streams'))
    machine.run('systemctl', 'stop', 'ami-streams-node.service')
    const repaired = await setUp()
    expect(repaired, repaired.log.join('\n')).toMatchObject({ state: 'done', nodeId: before?.id })
    expect(await isServing()).toBe(true)
    expect(readdirSync(releases)).toHaveLength(1)
  })

  it('signs in with keys and passwords, and names what does not fit', async () => {
    const privateKey = machine.addKey('a passphrase')
    const { body } = await check('root', { kind: 'key', privateKey, passphrase: 'a passphrase' })
    expect(body).toMatchObject({ suitable: true, hostName: 'target' })
    const text = (id: string) => body.findings.find((each) => each.id === id)?.text
    expect([text('rights'), text('node')]).toEqual(['Signed in as root', expect.stringContaining('A node is there already')])
    const codes = await oneByOne([
      () => check('root', { kind: 'key', privateKey, passphrase: 'another' }),
      () => check('root', { kind: 'key', privateKey: 'no key' }),
      () => check('root', { kind: 'agent' }),
      () => check('root', { kind: 'keyFile', name: '../../etc/passwd' }),
      () => check('alex', { kind: 'password', password: 'wrong' }),
      () => check('alex', password(), { sudoPassword: 'wrong' }),
      () => check('alex', password(), { hostKey: `SHA256:${'A'.repeat(43)}` }),
    ])
    expect(codes).toEqual([
      ...['network.ssh_key_invalid', 'network.ssh_key_invalid', 'network.ssh_no_agent', 'request.invalid', 'network.ssh_rejected'],
      ...['network.sudo_rejected', 'network.host_key_unknown'],
    ])
  })

  it('names what keeps a machine from being a node, with what to do about it', async () => {
    machine.run('useradd', '--create-home', '--shell', '/bin/sh', 'bob')
    machine.run('sh', '-c', 'echo "bob:$1" | chpasswd', 'sh', machine.password)
    // An hour ahead.
    machine.run(
      'sh',
      '-c',
      `printf '#!/bin/sh\\nexec /usr/bin/date -d "+1 hour" "$@"\\n' > /usr/local/bin/date; chmod 755 /usr/local/bin/date`,
    )
    machine.run('mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', '/opt')
    const privateKey = machine.addKey()
    const taken = { httpPort: machine.port, origin: 'https://127.0.0.1:1' }
    const { body } = await host.api('POST', '/network/machines/check', {
      ...access('root', { kind: 'key', privateKey }),
      ...{ ...node(), ...taken },
    })
    expect(body.suitable).toBe(false)
    const found = (id: string) => body.findings.filter((each) => each.id === id).map(({ state, text, remedy }) => [state, text, remedy])
    expect(found('disk')).toEqual([['fail', expect.stringMatching(/^\d MiB free below \/opt$/), expect.stringContaining('1024 MiB')]])
    expect(found('clock')).toEqual([['warn', expect.stringContaining('s ahead'), expect.stringContaining('timedatectl')]])
    expect(found('ports')).toEqual([['fail', expect.stringContaining(String(machine.port)), expect.stringContaining('other ports')]])
    expect(found('origin')).toEqual([['fail', 'It cannot connect to https://127.0.0.1:1', expect.stringContaining('firewalls')]])
    // The job ends with the same words, and has changed nothing.
    const before = traces()
    const { body: started } = await host.api('POST', '/network/machines/set-up', {
      ...access('root', { kind: 'key', privateKey }),
      ...{ ...node(), ...taken },
    })
    const job = await until(async () => {
      const now = (await host.api('GET', `/network/machines/jobs/${started.id}`)).body
      return now.state !== 'running' && now
    }, 'the end of the job')
    expect(job.error).toMatchObject({ code: 'network.machine_unsuitable', message: expect.stringContaining('It cannot connect to') })
    expect(traces()).toEqual(before)
    machine.run('umount', '/opt')
    machine.run('rm', '/usr/local/bin/date')
    // sudo is there, and not for this user.
    expect((await check('bob', password())).body.code).toBe('network.sudo_rejected')
    expect((await host.api('POST', '/network/machines/host-key', { host: '127.0.0.1', port: await freePort() })).body.code).toBe(
      'network.ssh_unreachable',
    )
  })

  it('is removed with everything that was made for it, and leaves nothing where it cannot be set up', async () => {
    const nothing = async () => [traces(), hasUser(), (await host.api('GET', '/network/nodes')).body.items]
    const removed = await network('remove', 'Berlin', '--password-file', passwordFile)
    expect(removed.json(), removed.errors).toMatchObject({ state: 'done', kind: 'remove' })
    expect(await nothing()).toEqual([[], false, []])
    await withBrokenProgram(async () => expect(await setUp()).toMatchObject({ state: 'failed', error: { code: 'network.step_failed' } }))
    expect(await nothing()).toEqual([[], false, []])
  })

  it('gets nginx where it is missing, and is left with the files that it had', async (context) => {
    machine.run('sh', '-c', 'apt-get -q -y purge "^(lib)?nginx" >/dev/null 2>&1; rm -rf /var/www /usr/sbin/policy-rc.d')
    // Neither an index of packages, nor logs, nor what other programs of this machine keep in a cache are of a node.
    const list = (name: string): string =>
      machine.run(
        'sh',
        '-c',
        `find /etc /usr /opt /srv /home /root /var -xdev | grep -vE '^/(var/(lib/apt/lists|cache/apt|log)|root/\\.(cache|npm))/' | sort > /tmp/${name}; grep nginx /tmp/${name} || true`,
      )
    try {
      machine.run('apt-get', '-q', '-o', 'APT::Update::Error-Mode=any', 'update')
    } catch {
      skipBecause(context, 'nginx needs a mirror of Debian')
    }
    expect(list('before')).not.toContain('/usr/sbin/nginx')
    const job = await setUp({ cache: true })
    expect(job, job.log.join('\n')).toMatchObject({ state: 'done' })
    expect(job.steps.map(({ id, state }) => `${id} ${state}`)).toContain('nginx done')
    expect(await isServing()).toBe(true)
    expect(list('meanwhile')).toContain('/var/www/html/index.nginx-debian.html')
    await network('remove', 'Berlin', '--password-file', passwordFile)
    list('after')
    expect(machine.run('comm', '-3', '/tmp/before', '/tmp/after')).toBe('')
    expect(machine.run('sh', '-c', 'cat /etc/passwd /etc/group')).not.toContain('ami-streams')
    // For what follows.
    machine.run('sh', '-c', 'apt-get -q -y --no-install-recommends install nginx-light >/dev/null 2>&1')
  })

  it('becomes one by its user data for cloud-init, once and again, and leaves nothing where the program cannot be had', async () => {
    const made = await network('user-data', 'Lyon', '--bind', '127.0.0.1', '--http-port', String(httpPort), '--https-port', 'off')
    const { userData } = made.json()
    expect(userData, made.errors).toMatch(/^#!\/bin\/sh\n/)
    const run = (script: string): string => {
      writeFileSync(join(machine.root, 'root/user-data'), script, { mode: 0o700 })
      return machine.run('sh', '-c', '/root/user-data 2>&1 || echo "ended with $?"')
    }
    expect(await (await fetch(`${host.http}/api/v1/network/programs/${'0'.repeat(64)}`)).json()).toMatchObject({
      code: 'network.program_missing',
    })
    // Another file than was offered.
    const broken = run(userData.replace(/sha=\w{8}/, 'sha=00000000').replace('sleep 5', 'sleep 0'))
    expect(broken).toMatch(/could not be fetched.*\n?.*ended with 1/)
    expect([traces(), hasUser()]).toEqual([[], false])
    for (const round of ['first', 'second']) {
      expect(run(userData), round).toContain('the node has joined')
      expect(readdirSync(join(machine.root, 'opt/ami-streams-node/releases'))).toHaveLength(1)
      await until(isServing, 'the node')
    }
    const [node] = (await host.api('GET', '/network/nodes')).body.items
    expect(node).toMatchObject({ name: 'Lyon', connected: true })
    expect(readdirSync(join(machine.root, 'etc/ami-streams-node'))).toEqual(['made'])
    const { body } = await host.api('POST', '/network/machines/remove', access('alex', password()))
    await until(async () => (await host.api('GET', `/network/machines/jobs/${body.id}`)).body.state === 'done', 'the node to be removed')
    expect([traces(), hasUser()]).toEqual([[], false])
    await host.api('DELETE', `/network/nodes/${node?.id}`)
  })

  it('becomes a host of its own, at which a link from there signs in once, is repaired, and is removed with its data when that is confirmed', async () => {
    const [hostHttp, hostHttps, rtmp] = [await freePort(), await freePort(), await freePort()]
    const addHost = () =>
      network(
        ...['add', `alex@127.0.0.1:${machine.port}`, '--role', 'origin', '--password-file', passwordFile, '--host-key', fingerprint()],
        ...['--bind', '127.0.0.1', '--http-port', String(hostHttp), '--https-port', String(hostHttps), '--rtmp-port', String(rtmp)],
        ...['--rtmps-port', 'off', '--srt-port', 'off', '--webrtc-port', 'off'],
      )
    const added = await addHost()
    const made = added.json()
    expect(made, added.errors).toMatchObject({ state: 'done', role: 'origin', nodeId: null, hostUrl: `https://127.0.0.1:${hostHttps}` })
    const { url, fingerprint: shown } = made.signIn
    expect(url).toMatch(new RegExp(`^https://127\\.0\\.0\\.1:${hostHttps}/#link=`))
    const secret = url.split('=')[1]
    const { log } = (await host.api('GET', `/network/machines/jobs/${made.id}`)).body
    expect(JSON.stringify([log, machine.run('ps', '-eo', 'args')])).not.toContain(secret)
    const socket = connectTls({ host: '127.0.0.1', port: hostHttps, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    expect(socket.getPeerX509Certificate()?.fingerprint256).toBe(shown)
    socket.destroy()
    const there = (path: string, body?: object, headers: object = {}) =>
      fetch(`http://127.0.0.1:${hostHttp}/api/v1${path}`, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        headers: { 'content-type': 'application/json', ...headers },
      })
    expect((await there('/tokens')).status, 'a stranger on the machine').toBe(401)
    const signedIn = await there('/sessions', { link: secret })
    expect([signedIn.status, (await there('/sessions', { link: secret })).status]).toEqual([201, 401])
    const cookie = { cookie: signedIn.headers.get('set-cookie')?.split(';')[0] ?? '', origin: `http://127.0.0.1:${hostHttp}` }
    expect((await there('/live/keys', { stream: 'show' }, cookie)).status).toBe(201)

    expect((await addHost()).json()).toMatchObject({ state: 'done' })
    expect((await there('/live/keys', undefined, cookie)).status).toBe(200)
    expect((await (await there('/live/keys', undefined, cookie)).json()).items).toHaveLength(1)
    const [, link] =
      / {2}(https:\S+)/.exec(
        (await streams(['network', 'sign-in', '127.0.0.1', '--password-file', passwordFile], { dataDir: host.dataDir })).out,
      ) ?? []
    expect(link).toMatch(/\/#link=[\w-]{20,}$/)
    expect(link).not.toBe(url)

    const remove = (...args: readonly string[]) =>
      network('remove', '127.0.0.1', '--role', 'origin', '--password-file', passwordFile, ...args)
    expect((await remove()).json().error).toMatchObject({ code: 'request.invalid', message: expect.stringContaining('recordings') })
    expect((await there('/health')).status).toBe(200)
    expect((await remove('--delete-data')).json()).toMatchObject({ state: 'done', kind: 'remove', role: 'origin' })
    expect(['opt', 'etc', 'var/lib', 'var/cache'].filter((folder) => existsSync(join(machine.root, folder, 'ami-streams-host')))).toEqual(
      [],
    )
    expect(readFileSync(join(machine.root, 'etc/passwd'), 'utf8')).not.toContain('ami-streams-host')
    expect((await host.api('GET', '/network/machines')).body.items).toEqual([])
  })

  it('is set up on the page, with the key of the machine shown, and removed there', async () => {
    await host.api('DELETE', `/network/machines/127.0.0.1/${machine.port}`)
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage()
      await page.goto(`${host.http}/network`)
      await page.getByTestId('user-data-button').click()
      await page.getByTestId('node-name').fill('Rome')
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.getByTestId('user-data-make').click()
      expect(await page.getByTestId('user-data').inputValue()).toContain('--name Rome')
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.getByTestId('user-data-dialog').locator('.dialog-actions button').click()
      await page.getByTestId('set-up-machine').click()
      await page.getByTestId('set-up-dialog').waitFor()
      const signIn = async (): Promise<void> => {
        await page.getByTestId('machine-kind').selectOption('password')
        await page.getByTestId('machine-password').fill(machine.password)
        await page.getByTestId('machine-next').click()
      }
      await page.getByTestId('machine-host').fill('127.0.0.1')
      await page.getByTestId('machine-port').fill(String(machine.port))
      await page.getByTestId('machine-user').fill('alex')
      await page.getByTestId('node-name').fill('Paris')
      await page.getByTestId('node-http').fill(String(httpPort))
      await page.getByTestId('node-https').fill('')
      // on a phone, too, the ports are in line, whatever their labels take
      const wide = page.viewportSize()!
      await page.setViewportSize({ width: 390, height: 844 })
      const [http, https] = await Promise.all(['node-http', 'node-https'].map((id) => page.getByTestId(id).boundingBox()))
      expect(http?.y).toBe(https?.y)
      await page.getByTestId('node-http').scrollIntoViewIfNeeded()
      await screenshot(page, 'set-up-phone')
      // what gets the focus is not below the row of buttons, however low the screen is
      for (const height of [844, 600, 400]) {
        await page.setViewportSize({ width: 390, height })
        expect([height, await fieldsBelowActions(page)]).toEqual([height, []])
      }
      await page.setViewportSize(wide)
      expect(await findingsInBothThemes(page)).toEqual([])
      await signIn()
      await page.getByText(fingerprint()).waitFor()
      await page.getByTestId('machine-accept').click()
      await page.getByTestId('machine-report').waitFor()
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.getByTestId('machine-start').click()
      await page.locator('[data-testid="machine-job"][data-state="done"]').waitFor({ timeout: 60_000 })
      await page.getByTestId('machine-close').click()
      const card = page.locator('[data-testid="node-card"][data-state="live"]', { hasText: 'Paris' })
      await card.getByTestId('remove-node').click()
      await signIn()
      await page.locator('[data-testid="machine-job"][data-state="done"]').waitFor({ timeout: 60_000 })
      await page.getByTestId('machine-close').click()
      await page.getByTestId('network-empty').waitFor()
      expect(traces()).toEqual([])
    } finally {
      await browser.close()
    }
  })

  it('is not set up where a machine shows another host key than before', async () => {
    await host.api('DELETE', `/network/machines/127.0.0.1/${machine.port}`)
    const place = { host: '127.0.0.1', port: machine.port }
    const shown = async () => (await host.api('POST', '/network/machines/host-key', place)).body.state
    expect(await shown()).toBe('new')
    // Who signs in has accepted the key, whatever comes of it.
    await withBrokenProgram(async () => expect((await setUp()).state).toBe('failed'))
    const before = fingerprint()
    machine.run('sh', '-c', 'rm /run/host_key*; ssh-keygen -q -t ed25519 -N "" -f /run/host_key; kill -HUP $(pgrep -o -x sshd)')
    await until(async () => (await shown()) === 'changed', 'the new key')
    for (const hostKey of [before, fingerprint()])
      expect((await check('alex', password(), { hostKey })).body.code).toBe('network.host_key_changed')
  })
})
