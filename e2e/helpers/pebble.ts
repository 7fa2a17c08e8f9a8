import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadCertificate } from '../../src-main/platform/certificate.ts'
import { silentLogger } from '../../src-main/platform/telemetry/logger.ts'
import { removeFolder } from './private-folder.ts'
import { until } from './until.ts'

export const hasPebble = existsSync('/usr/bin/pebble')

/** An ACME authority, with a DNS server that answers 127.0.0.1 for every name. */
export interface Pebble {
  readonly directory: string
  /** Has a host or node trust the authority's own HTTPS. */
  readonly env: Readonly<Record<string, string>>
  /** URL that sets and clears TXT records. */
  readonly dnsUrl: string
  readonly log: readonly string[]
  stop(): Promise<void>
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Starts pebble, which asks for challenges at `httpPort`. Certificates live `lifeSeconds`. */
export async function startPebble(httpPort: number, lifeSeconds = 90 * 86_400): Promise<Pebble> {
  const folder = mkdtempSync(join(tmpdir(), 'pebble-'))
  const { cert, key } = await loadCertificate({ dir: folder, bind: '127.0.0.1', certFile: '', keyFile: '', logger: silentLogger })
  const [port, managementPort, dnsPort, dnsManagementPort, tlsPort] = await Promise.all([1, 2, 3, 4, 5].map(freePort))
  writeFileSync(join(folder, 'server.pem'), cert)
  writeFileSync(join(folder, 'server-key.pem'), key, { mode: 0o600 })
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: join(folder, 'server.pem'),
    privateKey: join(folder, 'server-key.pem'),
    httpPort,
    tlsPort,
    ocspResponderURL: '',
    externalAccountBindingRequired: false,
    certificateValidityPeriod: lifeSeconds,
  }
  writeFileSync(join(folder, 'pebble.json'), JSON.stringify({ pebble }))
  const log: string[] = []
  const run = (program: string, args: readonly string[]): ChildProcess => {
    // every fourth nonce is rejected, as authorities may
    const env = { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '25', PEBBLE_AUTHZREUSE: '0' }
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    child.on('error', (error) => log.push(error.message))
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => log.push(String(text)))
    return child
  }
  const children = [
    run('/usr/bin/pebble-challtestsrv', [
      ...['-defaultIPv6', '', '-http01', '', '-https01', '', '-tlsalpn01', ''],
      ...['-dns01', `127.0.0.1:${dnsPort}`, '-management', `127.0.0.1:${dnsManagementPort}`],
    ]),
    run('/usr/bin/pebble', ['-config', join(folder, 'pebble.json'), '-dnsserver', `127.0.0.1:${dnsPort}`]),
  ]
  await until(
    async () => log.join('').includes('ACME directory available') && log.join('').includes('Starting management'),
    'pebble listens',
  )
  return {
    directory: `https://127.0.0.1:${port}/dir`,
    env: { NODE_EXTRA_CA_CERTS: join(folder, 'server.pem') },
    dnsUrl: `http://127.0.0.1:${dnsManagementPort}`,
    log,
    async stop() {
      await Promise.all(
        children.map((child) => {
          const ended = new Promise((resolve) => child.once('exit', resolve))
          child.kill()
          return child.exitCode === null ? ended : undefined
        }),
      )
      await removeFolder(folder)
    },
  }
}
