import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RunningHost, startHost } from '../helpers/host.ts'
import { packProgram } from '../helpers/pack-program.ts'
import { freePort } from '../helpers/relay-targets.ts'
import { skipBecause } from '../helpers/skip.ts'
import { noSshMachine, type SshMachine, startSshMachine } from '../helpers/ssh-machine.ts'
import { until } from '../helpers/until.ts'

const reason = noSshMachine()

/** The host that does it is killed with SIGKILL: nobody is left to undo anything. */
describe('setting a node up, killed in the middle of each step', () => {
  let machine: SshMachine
  let host: RunningHost
  let folder: string
  let httpPort: number
  let ports: { readonly httpPort: number; readonly rtmpPort: number } | undefined

  const start = async (): Promise<void> => {
    // The node knows its origin by its port.
    host = await startHost({ name: 'node-setup-killed', dataDir: folder, env: { SSH_AUTH_SOCK: '' }, ...ports })
    ports ??= { httpPort: host.httpPort, rtmpPort: host.rtmpPort }
  }
  const base = (): string => join(machine.root, 'opt/ami-streams-node')
  const setUp = async (): Promise<string> => {
    const [, hostKey = ''] = machine.run('ssh-keygen', '-lf', '/run/host_key.pub').split(' ')
    const { body } = await host.api('POST', '/network/machines/set-up', {
      ...{ host: '127.0.0.1', port: machine.port, user: machine.user, hostKey },
      credentials: { kind: 'password', password: machine.password },
      ...{ name: 'Berlin', bind: '127.0.0.1', httpPort, httpsPort: 'off' },
    })
    return body.id
  }
  const jobOf = async (id: string) => (await host.api('GET', `/network/machines/jobs/${id}`)).body
  /** Kills the host once the job is at this step; false where it was over too soon. */
  const killedAt = async (step: string): Promise<boolean> => {
    const id = await setUp()
    for (;;) {
      const { state, steps } = await jobOf(id)
      const now = steps.find((each) => each.id === step)?.state
      if (state !== 'running' || now === 'done') return false
      if (now === 'running') break
    }
    await host.kill()
    return true
  }

  beforeAll(async () => {
    if (reason !== undefined) return
    folder = mkdtempSync(join(tmpdir(), 'ami-node-killed-'))
    mkdirSync(join(folder, 'packages'))
    packProgram(join(folder, 'packages'))
    ;[machine, httpPort] = await Promise.all([startSshMachine(), freePort()])
    await start()
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

  it.each(['connect', 'check', 'prepare', 'copy', 'configure', 'start', 'join', 'finish'])(
    'at "%s" is done by running it again, with one node and one release',
    async (step) => {
      if (await killedAt(step)) await start()
      const id = await setUp()
      const job = await until(async () => {
        const now = await jobOf(id)
        return now.state !== 'running' && now
      }, 'the end of the job')
      expect(job.state, job.log.join('\n')).toBe('done')
      expect(readdirSync(join(base(), 'releases'))).toHaveLength(1)
      expect(readdirSync(join(machine.root, 'etc/ami-streams-node')).sort()).toEqual(['made'])
      expect((await fetch(`http://127.0.0.1:${httpPort}/api/v1/cdn/health`)).status).toBe(200)
      process.stdout.write(`steps after "${step}": ${job.steps.map(({ id: each, ms }) => `${each} ${ms} ms`).join(', ')}\n`)
      const connected = (await host.api('GET', '/network/nodes')).body.items.filter((node) => node.connected)
      expect(connected.map((node) => node.id)).toEqual([job.nodeId])
      // For the next one it is a bare machine again.
      const { body } = await host.api('POST', '/network/machines/remove', {
        ...{ host: '127.0.0.1', port: machine.port, user: machine.user },
        hostKey: machine.run('ssh-keygen', '-lf', '/run/host_key.pub').split(' ')[1] ?? '',
        credentials: { kind: 'password', password: machine.password },
      })
      await until(async () => (await jobOf(body.id)).state === 'done', 'the node to be removed')
      expect(existsSync(base())).toBe(false)
      expect(readFileSync(join(machine.root, 'etc/passwd'), 'utf8')).not.toContain('ami-streams-node')
      // Who had joined before the host was killed, and is known to nobody, is revoked by hand.
      for (const { id: left } of (await host.api('GET', '/network/nodes')).body.items) await host.api('DELETE', `/network/nodes/${left}`)
    },
  )
})
