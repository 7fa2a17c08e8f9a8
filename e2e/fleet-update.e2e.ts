import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { noticed, ScriptedPlayer } from './chaos/scripted-player.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { packProgram } from './helpers/pack-program.ts'
import { publishTestStream } from './helpers/publish.ts'
import { freePort } from './helpers/relay-targets.ts'
import { skipBecause } from './helpers/skip.ts'
import { noSshMachine, type SshMachine, startSshMachine } from './helpers/ssh-machine.ts'
import { until } from './helpers/until.ts'

const reason = noSshMachine()

const statesOf = (items: readonly { readonly name: string; readonly state: string }[]): string[] =>
  items.map(({ name, state }) => `${name} ${state}`)

describe('two nodes that were set up over SSH', () => {
  const machines: SshMachine[] = []
  const ports: number[] = []
  let host: RunningHost
  let folder: string

  const base = (machine: SshMachine): string => join(machine.root, 'opt/ami-streams-node')
  const releases = (): string[] => machines.map((machine) => readlinkSync(join(base(machine), 'current')))
  const kept = (): number[] => machines.map((machine) => readdirSync(join(base(machine), 'releases')).length)
  const nodes = async () => (await host.api('GET', '/network/nodes')).body.items
  const credentials = () => ({ kind: 'password', password: machines[0]?.password })
  const update = async (first = 1, drainS = 0, nginx = false) => {
    const { status, body } = await host.api('POST', '/network/updates', {
      ...{ credentials: credentials(), drainS, watchS: 0, first, nginx },
    })
    expect([status, body.code]).toEqual([202, undefined])
    return until(async () => {
      const rollout = (await host.api('GET', `/network/rollouts/${body.id}`)).body
      return rollout.state !== 'running' && rollout
    }, 'the end of the update')
  }

  beforeAll(async () => {
    if (reason !== undefined) return
    folder = mkdtempSync(join(tmpdir(), 'ami-fleet-update-'))
    mkdirSync(join(folder, 'packages'))
    packProgram(join(folder, 'packages'))
    host = await startHost({ name: 'fleet-update', dataDir: folder, env: { SSH_AUTH_SOCK: '' } })
    for (const name of ['north', 'south']) {
      const machine = await startSshMachine()
      machines.push(machine)
      const httpPort = await freePort()
      ports.push(httpPort)
      const [, hostKey = ''] = machine.run('ssh-keygen', '-lf', '/run/host_key.pub').split(' ')
      const { body } = await host.api('POST', '/network/machines/set-up', {
        ...{ host: '127.0.0.1', port: machine.port, user: machine.user, hostKey, credentials: credentials() },
        ...{ name, bind: '127.0.0.1', httpPort, httpsPort: 'off' },
      })
      await until(async () => {
        const job = (await host.api('GET', `/network/machines/jobs/${body.id}`)).body
        if (job.state === 'failed') throw new Error(job.log.join('\n'))
        return job.state === 'done'
      }, `the node ${name}`)
    }
  })
  afterAll(async () => {
    if (reason !== undefined) return
    await host?.stop()
    for (const machine of machines) await machine.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach((context) => {
    if (reason !== undefined) skipBecause(context, reason)
  })

  it('are updated one after the other while viewers play on: they move before their node restarts', async () => {
    const publisher = await publishTestStream({
      ...{ url: `${host.rtmp}/${await host.key('show')}`, width: 320, height: 180, videoKbps: 300 },
    })
    await host.until('show', (state) => state.state === 'active')
    for (const [index, { id }] of (await nodes()).entries())
      await host.api('PATCH', `/network/nodes/${id}`, { publicUrl: `http://127.0.0.1:${ports[index]}` })
    await host.api('PUT', '/network/routing', { enabled: true, shiftPercent: 70 })
    const urls = ports.map((port) => `http://127.0.0.1:${port}`)
    for (const url of urls)
      await until(async () => (await (await fetch(`${url}/api/v1/cdn/nodes`)).text()).includes(urls[1] ?? ''), 'the list of nodes')
    const players = Array.from({ length: 4 }, () => new ScriptedPlayer(host.http, 'show', true))
    // What stalls at the origin, too, is this machine.
    const control = new ScriptedPlayer(host.http, 'show', false)
    const runs = [...players, control].map((player) => player.run())
    try {
      await until(() => players.every(({ segments }) => segments > 3), 'all to play')
      // Who starts on a busy machine may play from the origin until a node answers.
      await until(() => players.every(({ base: at }) => urls.includes(at)), 'all to play from nodes')
      const rollout = await update(1, 30)
      expect(rollout.state, rollout.log.join('\n')).toBe('done')
      const played = players.map(({ segments }) => segments)
      await until(() => players.every(({ segments }, index) => segments > (played[index] ?? 0) + 2), 'all to play on')
    } finally {
      for (const player of [...players, control]) player.stop()
      await Promise.all(runs)
      await publisher.stop('SIGKILL')
      await host.api('PUT', '/network/routing', { enabled: false, shiftPercent: 70 })
    }
    for (const { stalls } of players) expect(noticed(stalls, control.stalls, 4000)).toEqual([])
  })

  it('are updated one after the other, and get viewers again', async () => {
    const before = releases()
    const rollout = await update()
    expect(rollout, rollout.log.join('\n')).toMatchObject({ kind: 'update', state: 'done' })
    expect(statesOf(rollout.nodes)).toEqual(['north done', 'south done'])
    for (const [index, release] of releases().entries()) expect(release).not.toBe(before[index])
    expect(kept()).toEqual([1, 1])
    expect((await nodes()).map(({ connected, draining }) => [connected, draining])).toEqual([
      [true, false],
      [true, false],
    ])
  })

  it('go back both to the release before where the second does not start', async () => {
    const before = releases()
    machines[1]?.run(
      ...[
        'sh',
        '-c',
        'touch /run/broken; sed -i "2i if [ \\$1 = restart ] \\&\\& rm /run/broken 2>/dev/null; then exit 1; fi" /usr/bin/systemctl',
      ],
    )
    const rollout = await update()
    expect(rollout.state, rollout.log.join('\n')).toBe('failed')
    expect(statesOf(rollout.nodes)).toEqual(['north undone', 'south failed'])
    expect(releases()).toEqual(before)
    expect(kept()).toEqual([1, 1])
    await until(async () => (await nodes()).every(({ connected, draining }) => connected && !draining), 'both nodes as before')
  })

  it('stay as they are where one fails before anything was changed there, and the other is cut off by it', async () => {
    const before = releases()
    const key = () => machines.map((machine) => readFileSync(join(machine.root, 'var/lib/ami-streams-node/node/node.json'), 'utf8'))
    const keys = key()
    machines[1]?.run(
      ...[
        'sh',
        '-c',
        'mv /usr/bin/install /usr/bin/install.own; printf \'#!/bin/sh\\ncase "$*" in *" /opt/"*) echo no space >&2; exit 1 ;; esac\\nexec install.own "$@"\\n\' > /usr/bin/install; chmod 0755 /usr/bin/install',
      ],
    )
    const rollout = await update(2)
    expect([rollout.state, rollout.error?.code], rollout.log.join('\n')).toEqual(['failed', 'network.step_failed'])
    expect(rollout.nodes.map(({ note }) => note).join('\n')).toContain('no space')
    expect([releases(), key()]).toEqual([before, keys])
    machines[1]?.run('mv', '/usr/bin/install.own', '/usr/bin/install')
    await until(async () => (await nodes()).every(({ connected, draining }) => connected && !draining), 'both nodes as before')
    expect((await update()).state).toBe('done')
    expect(kept()).toEqual([1, 1])
  })

  it('get newer packages of nginx, or say why not: an index that is away is no success', async () => {
    // A package of ours from a folder: what mirrors have today does not matter.
    const makePackage = (version: string): void => {
      const control = `Package: nginx-ami-test\nVersion: ${version}\nArchitecture: all\nMaintainer: nobody <nobody@example.com>\nDescription: nothing\n`
      const tree = join(folder, `deb-${version}`)
      mkdirSync(join(tree, 'DEBIAN'), { recursive: true })
      writeFileSync(join(tree, 'DEBIAN/control'), control)
      for (const { root } of machines) {
        mkdirSync(join(root, 'srv/repository'), { recursive: true })
        const file = join(root, 'srv/repository/test.deb')
        execFileSync('dpkg-deb', ['--build', '--root-owner-group', tree, file])
        const deb = readFileSync(file)
        const index = `${control}Filename: ./test.deb\nSize: ${deb.length}\nSHA256: ${createHash('sha256').update(deb).digest('hex')}\n`
        writeFileSync(join(root, 'srv/repository/Packages'), index)
      }
    }
    const installed = (): readonly string[] =>
      machines.map((machine) => machine.run('sh', '-c', 'dpkg-query -W nginx-ami-test | cut -f 2').trim())
    makePackage('1.0')
    for (const machine of machines)
      machine.run(
        'sh',
        '-c',
        'rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*; echo "deb [trusted=yes] file:/srv/repository ./" > /etc/apt/sources.list; apt-get -q update && apt-get -q -y install nginx-ami-test',
      )
    makePackage('1.1')
    const before = releases()
    // As where the network is not up yet after a reboot.
    const sources = join(machines[0]?.root ?? '', 'etc/apt/sources.list')
    writeFileSync(sources, 'deb [trusted=yes] http://127.0.0.1:1/ ./\n')
    const offline = await update(1, 0, true)
    expect([offline.state, offline.error?.code], offline.log.join('\n')).toEqual(['failed', 'network.nginx_not_updated'])
    expect(offline.error?.message).toMatch(/stays at .*not known: .*127\.0\.0\.1/)
    expect([installed(), releases()]).toEqual([['1.0', '1.0'], before])
    await until(async () => (await nodes()).every(({ connected, draining }) => connected && !draining), 'both nodes as before')

    // As while a timer of apt fetches the index.
    writeFileSync(sources, 'deb [trusted=yes] file:/srv/repository ./\n')
    const holdLock =
      'import fcntl, time; lock = open("/var/lib/apt/lists/lock", "w"); fcntl.lockf(lock, fcntl.LOCK_EX); open("/run/locked", "w"); time.sleep(20)'
    machines[0]?.run('sh', '-c', `setsid python3 -c '${holdLock}' >/dev/null 2>&1 & until [ -e /run/locked ]; do sleep 0.1; done`)
    const done = await update(1, 0, true)
    expect(done.state, done.log.join('\n')).toBe('done')
    expect(done.nodes.map(({ note }) => note)).toEqual(Array(2).fill('nginx-ami-test was updated from 1.0 to 1.1'))
    expect(installed()).toEqual(['1.1', '1.1'])
    expect(done.log.join('\n')).toContain('lock')

    const again = await update(1, 0, true)
    expect([again.state, ...again.nodes.map(({ note }) => note)]).toEqual([
      'done',
      ...Array(2).fill(expect.stringMatching(/^nginx\S* \S+ is already the newest$/)),
    ])
  })

  it('show what was changed on a machine by hand', async () => {
    const drift = async () =>
      (await host.api('GET', '/network/drift')).body.items.map(({ state, differences }) => [state, differences.length])
    await until(async () => JSON.stringify(await drift()) === '[["ok",0],["ok",0]]', 'nodes without differences')
    appendFileSync(join(machines[0]?.root ?? '', 'etc/systemd/system/ami-streams-node.service'), '# by hand\n')
    const [north, south] = (await host.api('GET', '/network/drift')).body.items
    expect(north).toMatchObject({ name: 'north', state: 'drifted', differences: [{ kind: 'unit' }] })
    expect(south?.state).toBe('ok')
    const log = (await host.api('GET', '/network/log?lines=20')).body
    expect(new Set(log.items.map(({ name }) => name))).toEqual(new Set(['north', 'south']))
  })
})
