import { chmodSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type PeerCertificate } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { streams } from './helpers/command.ts'
import { startNode } from './helpers/edge-node.ts'
import { startHost } from './helpers/host.ts'
import { freePort, hasPebble, startPebble } from './helpers/pebble.ts'
import { removeFolder } from './helpers/private-folder.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

const hasNginx = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].some((file) => existsSync(file))

/** The certificate that a port of this machine shows. */
function shownAt(port: number): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate())
      socket.end()
    })
    socket.on('error', reject)
  })
}

const folderFor = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
  onTestFinished(() => removeFolder(folder))
  // nginx's workers are another user where a node is root
  chmodSync(folder, 0o755)
  return folder
}

describe.skipIf(!hasPebble)('certificates of an ACME authority (pebble)', () => {
  it('a host says why it has none, gets one once port 80 leads to it, and renews it without closing a port', async () => {
    const httpPort = await freePort()
    const pebble = await startPebble(httpPort, 18)
    onTestFinished(() => pebble.stop())
    const dataDir = folderFor()
    const args = ['--acme-names', 'live.example.com, www.example.com', '--acme-directory', pebble.directory]

    const first = await startHost({ name: 'certificates', dataDir, args, env: pebble.env })
    const failed = await until(async () => {
      const { acme } = (await first.api('GET', '/host')).body
      return acme?.state === 'failed' ? acme : undefined
    }, 'the order fails')
    expect(failed).toMatchObject({ names: ['live.example.com', 'www.example.com'], expiresAt: null, problem: { code: 'acme.unreachable' } })
    expect(failed.problem?.message).toMatch(/^(live|www)\.example\.com: .*connection refused/)
    expect(failed.problem?.remedy).toContain('Port 80')
    const doctor = await streams(['doctor', '--json', '--data', dataDir, ...args])
    expect(doctor.out).toMatch(/the last order failed: (live|www)\.example\.com/)
    expect((await shownAt(Number(new URL(String(first.ready.httpsUrl)).port))).subject.CN).toBe('AMI Streams on this machine')
    await first.stop()

    const host = await startHost({ name: 'certificates', dataDir, httpPort, args, env: pebble.env })
    onTestFinished(() => host.stop())
    const httpsPort = Number(new URL(String(host.ready.httpsUrl)).port)
    const issued = await until(async () => {
      const shown = await shownAt(httpsPort)
      return String(shown.issuer.CN).startsWith('Pebble') ? shown : undefined
    }, 'HTTPS shows the certificate')
    expect(issued.subjectaltname).toBe('DNS:live.example.com, DNS:www.example.com')
    const rtmpsPort = Number(new URL(String(host.ready.rtmpsUrl)).port)
    expect((await shownAt(rtmpsPort)).issuer.CN).toMatch(/^Pebble/)
    const { acme, certificate } = (await host.api('GET', '/host')).body
    expect(acme).toMatchObject({ problem: null })
    expect(certificate?.selfMade).toBe(false)
    expect((await fetch(`${host.http}/.well-known/acme-challenge/other`)).status).toBe(404)

    await until(async () => (await shownAt(httpsPort)).serialNumber !== issued.serialNumber, 'the certificate is renewed')
    expect((await shownAt(httpsPort)).issuer.CN).toMatch(/^Pebble/)
  })

  it('a name with a wildcard is shown to be ours by the program for DNS, and the certificate is kept over a restart', async () => {
    const pebble = await startPebble(await freePort())
    onTestFinished(() => pebble.stop())
    const dataDir = folderFor()
    const hook = join(dataDir, 'hook')
    const script = `#!${process.execPath}
const [action, name, value] = process.argv.slice(2)
fetch('${pebble.dnsUrl}/' + action + '-txt', { method: 'POST', body: JSON.stringify({ host: name + '.', value }) })`
    writeFileSync(hook, script, { mode: 0o700 })
    const args = ['--acme-names', '*.example.com', '--acme-directory', pebble.directory, '--acme-dns-hook', hook]
    const start = () => startHost({ name: 'certificates-dns', dataDir, args, env: pebble.env })
    const first = await start()
    const portOf = (host: typeof first): number => Number(new URL(String(host.ready.httpsUrl)).port)
    const issued = await until(async () => {
      const shown = await shownAt(portOf(first))
      return shown.subjectaltname === 'DNS:*.example.com' ? shown : undefined
    }, 'HTTPS shows the certificate')
    await first.stop()
    const again = await start()
    onTestFinished(() => again.stop())
    expect((await shownAt(portOf(again))).serialNumber).toBe(issued.serialNumber)
  })

  it('a node gets one through nginx', async (context) => {
    if (!hasNginx) skipBecause(context, 'nginx is not installed')
    const host = await startHost({ name: 'certificates-origin' })
    onTestFinished(() => host.stop())
    const [httpPort, httpsPort] = [await freePort(), await freePort()]
    const pebble = await startPebble(httpPort)
    onTestFinished(() => pebble.stop())
    const folder = folderFor()
    const { token } = (await host.api('POST', '/network/join-tokens', {})).body
    const node = await startNode({
      ...{ origin: host.http, token, name: 'certificates-node', dataDir: join(folder, 'data'), httpPort, httpsPort, env: pebble.env },
      args: [
        ...['--cache', join(folder, 'cache'), '--cache-size', '500M'],
        ...['--acme-names', 'edge.example.com', '--acme-directory', pebble.directory],
      ],
    })
    onTestFinished(() => node.stop())
    await until(async () => (await shownAt(httpsPort)).subjectaltname === 'DNS:edge.example.com', 'nginx shows the certificate')
    const health = (await (await fetch(`${node.http}/api/v1/cdn/health`)).json()) as { acme: unknown }
    expect(health.acme).toMatchObject({ state: 'valid', names: ['edge.example.com'], problem: null })
  })
})
