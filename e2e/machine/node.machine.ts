import { execFileSync } from 'node:child_process'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RunningHost, startHost } from '../helpers/host.ts'
import { bootMachine, type Machine, noMachine } from '../helpers/machine.ts'
import { noPackage, packedArchive } from '../helpers/packed.ts'
import { type Publisher, publishTestStream } from '../helpers/publish.ts'
import { freePort } from '../helpers/relay-targets.ts'
import { skipBecause } from '../helpers/skip.ts'
import { until } from '../helpers/until.ts'

const reason = noMachine() ?? noPackage()
/** From the click to the first byte of media, seconds. */
const maxSeconds = 60

interface Reply {
  readonly status: number | undefined
  readonly text: string
  /** When the first byte of the body came, by `performance.now`. */
  readonly firstMs: number
}

/** A request over TLS to a node with a certificate that it has made itself. */
function ask(url: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false, timeout: 5000 }, (response) => {
      let text = ''
      let firstMs = 0
      response.setEncoding('latin1').on('data', (part: string) => {
        firstMs ||= performance.now()
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode, text, firstMs }))
      response.on('error', reject)
    })
      .on('timeout', function (this: { destroy(error: Error): void }) {
        this.destroy(new Error('no answer'))
      })
      .on('error', reject)
  })
}

describe('a bare Debian with its own systemd', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ami-node-machine-'))
  let host: RunningHost
  let hostPorts: { readonly httpPort: number; readonly rtmpPort: number } | undefined
  let publisher: Publisher
  let machine: Machine
  let sshPort: number
  let privateKey: string
  let ports: { readonly httpPort: number; readonly httpsPort: number }

  const start = async (): Promise<void> => {
    host = await startHost({ name: 'node-machine', dataDir: folder, env: { SSH_AUTH_SOCK: '' }, ...hostPorts })
    // The node knows its origin by its port.
    hostPorts ??= { httpPort: host.httpPort, rtmpPort: host.rtmpPort }
    publisher = await publishTestStream({ url: `${host.rtmp}/${await host.key('show')}`, width: 320, height: 180, videoKbps: 300 })
    await host.until('show', (state) => state.state === 'active')
  }
  const access = () => ({
    ...{ host: '127.0.0.1', port: sshPort, user: 'root', credentials: { kind: 'key', privateKey } },
    hostKey: execFileSync('ssh-keygen', ['-lf', join(machine.root, 'etc/ssh/ssh_host_ed25519_key.pub')], { encoding: 'utf8' }).split(
      ' ',
    )[1],
  })
  const jobOf = async (id: string) => (await host.api('GET', `/network/machines/jobs/${id}`)).body
  const ended = async (id: string) => {
    const job = await until(
      async () => {
        const now = await jobOf(id)
        return now.state !== 'running' && now
      },
      'the end of the job',
      300_000,
    )
    expect(job.state, job.log.join('\n')).toBe('done')
    return job
  }
  const begin = async (): Promise<string> => {
    const { body } = await host.api('POST', '/network/machines/set-up', {
      ...access(),
      ...{ name: 'Berlin', bind: '127.0.0.1', cache: true, cacheSize: '1G', ...ports },
    })
    expect(body.code).toBeUndefined()
    return body.id
  }
  /** The first byte of the newest segment, through the node. */
  const firstByte = async (): Promise<number> =>
    until(
      async () => {
        try {
          const base = `https://127.0.0.1:${ports.httpsPort}/live/show/hls.m3u8?node=chosen`
          const uriOf = (text: string, end: string): string | undefined =>
            text.split('\n').findLast((line) => !line.startsWith('#') && line.includes(end))
          const media = new URL(uriOf((await ask(base)).text, '.m3u8') ?? '-', base)
          const segment = uriOf((await ask(media.href)).text, '.m4s')
          if (segment === undefined) return false
          const { status, firstMs } = await ask(new URL(segment, media).href)
          return status === 200 && firstMs
        } catch {
          return false
        }
      },
      'a segment over TLS',
      60_000,
    )
  const files = async (): Promise<ReadonlySet<string>> => {
    const found = await machine.do(['find', '/etc', '/usr', '/opt', '/srv', '/home', '/root', '/var', '-xdev'])
    // Neither an index of packages, nor logs, nor what systemd keeps of timers are of a node.
    return new Set(
      found
        .split('\n')
        .filter((path) => !/^\/var\/(?:lib\/apt\/lists|cache\/apt|log|lib\/systemd\/timers|tmp\/systemd-private)/.test(path)),
    )
  }
  const differences = async (before: ReadonlySet<string>): Promise<readonly string[]> => {
    const after = await files()
    return [
      ...[...after].filter((path) => !before.has(path)),
      ...[...before].filter((path) => !after.has(path)).map((path) => `gone: ${path}`),
    ]
  }
  const remove = async (): Promise<void> => {
    const { body } = await host.api('POST', '/network/machines/remove', access())
    await ended(body.id)
  }
  const isActive = async (unit: string): Promise<boolean> => (await machine.run(['systemctl', 'is-active', unit])).out.trim() === 'active'

  beforeAll(async () => {
    if (reason !== undefined) return
    mkdirSync(join(folder, 'packages'))
    const archive = packedArchive()
    copyFileSync(archive, join(folder, 'packages', basename(archive)))
    const key = join(folder, 'key')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    privateKey = readFileSync(key, 'utf8')
    sshPort = await freePort()
    ports = { httpPort: await freePort(), httpsPort: await freePort() }
    await start()
    machine = await bootMachine({}, ['openssh-server', 'sudo', 'ca-certificates', 'iproute2'], {
      sharesNetwork: true,
      prepare(root) {
        writeFileSync(join(root, 'etc/ssh/sshd_config.d/test.conf'), `Port ${sshPort}\nListenAddress 127.0.0.1\n`)
        mkdirSync(join(root, 'root/.ssh'), { recursive: true, mode: 0o700 })
        copyFileSync(`${key}.pub`, join(root, 'root/.ssh/authorized_keys'))
      },
    })
  })
  afterAll(async () => {
    await publisher?.stop('SIGKILL')
    await host?.stop()
    await machine?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach((context) => {
    if (reason !== undefined) skipBecause(context, reason)
  })

  let bare: ReadonlySet<string>

  it(`sends the first byte of a live stream over TLS within ${maxSeconds} s, with nginx and a certificate of its own`, async () => {
    bare = await files()
    const clickedMs = performance.now()
    const job = await ended(await begin())
    const seconds = ((await firstByte()) - clickedMs) / 1000
    const steps = job.steps.map(({ id, ms }) => `${id} ${ms} ms`).join(', ')
    process.stdout.write(`first byte over TLS after ${seconds.toFixed(1)} s: ${steps}\n`)
    expect(job.steps.map(({ id }) => id)).toContain('nginx')
    expect(seconds, `the slowest step: ${steps}`).toBeLessThan(maxSeconds)
    expect((await machine.do(['systemctl', 'is-enabled', 'ami-streams-node'])).trim()).toBe('enabled')
    expect(await isActive('nginx.service'), 'nginx of the package').toBe(false)
    expect(existsSync(join(machine.root, 'usr/sbin/policy-rc.d'))).toBe(false)
    const unit = await machine.do(['systemctl', 'show', 'ami-streams-node', '--property=User,NoNewPrivileges,ProtectSystem,StatusErrno'])
    expect(unit).toContain('User=ami-streams-node')
    expect(unit).toContain('NoNewPrivileges=yes')
  })

  it('is repaired by setting it up again', async () => {
    const releases = join(machine.root, 'opt/ami-streams-node/releases')
    for (const release of readdirSync(releases)) rmSync(join(releases, release, 'bin'), { recursive: true })
    await machine.do(['systemctl', 'kill', '--signal=KILL', 'ami-streams-node'])
    const [before] = (await host.api('GET', '/network/nodes')).body.items
    const job = await ended(await begin())
    process.stdout.write(`repaired: ${job.steps.map(({ id, ms }) => `${id} ${ms} ms`).join(', ')}\n`)
    expect(job.nodeId).toBe(before?.id)
    await firstByte()
  })

  it('serves again after a reboot, by itself', async () => {
    await machine.reboot()
    const bootedMs = performance.now()
    process.stdout.write(`first byte ${Math.round((await firstByte()) - bootedMs)} ms after it is up again\n`)
    expect(await isActive('ami-streams-node')).toBe(true)
    expect(await isActive('nginx.service')).toBe(false)
  })

  it('gets the newer nginx of the security archive after a reboot, or learns why not', async (context) => {
    const version = async (): Promise<string> => (await machine.do(['dpkg-query', '-W', 'nginx'])).trim().split('\t')[1] ?? ''
    const update = async () => {
      const { body } = await host.api('POST', '/network/updates', {
        ...{ credentials: { kind: 'key', privateKey }, drainS: 0, watchS: 0, first: 1, nginx: true },
      })
      return until(
        async () => {
          const rollout = (await host.api('GET', `/network/rollouts/${body.id}`)).body
          return rollout.state !== 'running' && rollout
        },
        'the end of the update',
        300_000,
      )
    }
    const before = await version()
    const sources = join(machine.root, 'etc/apt/sources.list')
    const [, mirror = '', release] = /^deb (?:\[[^\]]*\] )?(\S+) (\w+)/m.exec(readFileSync(sources, 'utf8')) ?? []
    appendFileSync(sources, `deb ${mirror.replace(/\/debian\/?$/, '')}/debian-security ${release}-security main\n`)
    await machine.reboot()
    await firstByte()
    const rollout = await update()
    process.stdout.write(`update: ${rollout.state}, ${rollout.nodes.map(({ note }) => note).join()}\n`)
    if (rollout.error?.code === 'network.nginx_not_updated') skipBecause(context, 'this mirror has no security archive')
    expect(rollout.state, rollout.log.join('\n')).toBe('done')
    const after = await version()
    expect(rollout.nodes[0]?.note).toBe(
      before === after ? `nginx ${after} is already the newest` : `nginx was updated from ${before} to ${after}`,
    )
    expect(await isActive('nginx.service')).toBe(false)
    await firstByte()
  })

  it('is left as it was when the node is removed', async () => {
    await remove()
    expect(await differences(bare)).toEqual([])
    expect(await machine.do(['cat', '/etc/passwd', '/etc/group'])).not.toContain('ami-streams')
    expect((await host.api('GET', '/network/nodes')).body.items).toEqual([])
  })

  it('is set up and left as it was, too, where the host was killed while nginx was being installed', async () => {
    const id = await begin()
    await until(async () => (await jobOf(id)).steps.find((step) => step.id === 'nginx')?.state === 'running', 'nginx', 120_000)
    // In the middle of packages.
    await until(() => readdirSync(join(machine.root, 'var/lib/dpkg/info')).some((name) => name.startsWith('nginx')), 'its packages')
    await publisher.stop('SIGKILL')
    await host.kill()
    await start()
    await ended(await begin())
    await firstByte()
    expect(existsSync(join(machine.root, 'usr/sbin/policy-rc.d'))).toBe(false)
    expect((await machine.do(['dpkg', '--audit'])).trim()).toBe('')
    await remove()
    expect(await differences(bare)).toEqual([])
    for (const { id: left } of (await host.api('GET', '/network/nodes')).body.items) await host.api('DELETE', `/network/nodes/${left}`)
  })

  it('becomes a node by cloud-init at its first boot', async () => {
    const { body } = await host.api('POST', '/network/machines/user-data', { name: 'Lyon', bind: '127.0.0.1', cache: true, ...ports })
    const startedMs = performance.now()
    const cloud = await bootMachine({}, ['cloud-init'], {
      sharesNetwork: true,
      prepare(root) {
        const seed = join(root, 'var/lib/cloud/seed/nocloud')
        mkdirSync(seed, { recursive: true })
        writeFileSync(join(seed, 'meta-data'), 'instance-id: test-1\nlocal-hostname: lyon\n')
        writeFileSync(join(seed, 'user-data'), body.userData)
        writeFileSync(join(root, 'etc/cloud/cloud.cfg.d/99-test.cfg'), 'datasource_list: [NoCloud]\nnetwork: {config: disabled}\n')
      },
    })
    try {
      const log = (): string => readFileSync(join(cloud.root, 'var/log/cloud-init-output.log'), 'utf8')
      expect(log()).toContain('the node has joined')
      await until(async () => (await host.api('GET', '/network/nodes')).body.items[0]?.connected === true, log)
      process.stdout.write(`cloud-init: first byte ${Math.round((await firstByte()) - startedMs)} ms after it was switched on\n`)
      // Its status as a whole is about locales and keys of so small a Debian, too.
      expect(readFileSync(join(cloud.root, 'var/log/cloud-init.log'), 'utf8')).toMatch(/config-scripts[-_]user: SUCCESS/)
    } finally {
      await cloud.stop()
    }
  })
})
