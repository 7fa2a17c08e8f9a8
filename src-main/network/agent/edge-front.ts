import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { type AddressInfo, createServer, isIP } from 'node:net'
import { join } from 'node:path'
import type { Logger } from '../../platform/logger.ts'
import { replaceFile } from '../../platform/replace-file.ts'
import type { PurgeHistory } from '../cache/node-cache.ts'
import { type EdgeFile, parseEdgeFile, readEdgeFile } from '../front/edge-file.ts'
import type { FrontSettings } from '../front/front-settings.ts'
import { type Front, startFront } from '../front/start-front.ts'
import type { SiteRule } from '../nginx/front-options.ts'

/** A cache before a node. */
export interface EdgeCacheOptions {
  /** Folder of its files; nginx's workers need to reach it. */
  readonly folder: string
  /** Its share of the disk. */
  readonly maxBytes: number
  /** Other sites, rules and keys (docs/network.md). */
  readonly edgeFile: string | undefined
}

export interface EdgeFrontOptions {
  /** Configuration and certificates of nginx. */
  readonly folder: string
  readonly cache: EdgeCacheOptions
  readonly bind: string
  readonly httpPort: number
  readonly httpsPort: number | 'off'
  readonly certificate: () => Promise<{ readonly cert: string; readonly key: string }>
  readonly trustedProxies: readonly string[]
  readonly connectionsPerAddress: number
  /** The agent's own port on 127.0.0.1: it delivers streams, and hands everything else on to the origin. */
  readonly agentPort: number
  /** Host and port of the origin. */
  readonly originHost: string
  readonly history: () => Promise<PurgeHistory>
  readonly log: Logger
}

/** nginx at the ports of a node. */
export interface EdgeFront {
  readonly front: Front
  readonly httpPort: number
  readonly httpsPort: number | null
}

/** Answers without a lifetime of their own, seconds. */
const ttlSeconds = 60

const plainRule: Omit<SiteRule, 'path'> = {
  cache: 'off',
  slices: false,
  signed: false,
  methods: [],
  referers: [],
  allowAddresses: [],
  denyAddresses: [],
  allowCountries: [],
  denyCountries: [],
  denyAgents: [],
}

/** Starts nginx where viewers connect, with the agent behind it. Throws as `startFront` does. */
export async function startEdgeFront(options: EdgeFrontOptions): Promise<EdgeFront> {
  const { edgeFile } = options.cache
  const file: EdgeFile = edgeFile === undefined ? parseEdgeFile('{}', '') : readEdgeFile(edgeFile)
  const address = await addressOf(options.bind)
  const httpPort = options.httpPort || (await freePort(address))
  const httpsPort = options.httpsPort === 'off' ? null : options.httpsPort || (await freePort(address))
  const certificate = httpsPort === null ? undefined : await writeCertificate(options)
  const settings: FrontSettings = {
    listen: [{ address, port: httpPort, tls: false }, ...(httpsPort === null ? [] : [{ address, port: httpsPort, tls: true }])],
    ...(certificate === undefined ? {} : { certificate }),
    hstsSeconds: file.hstsSeconds,
    compress: true,
    limits: {
      connectionsPerAddress: options.connectionsPerAddress,
      headerSeconds: 10,
      bodySeconds: 15,
      sendSeconds: 30,
      headerBytes: 16 * 1024,
      bodyBytes: 16 * 2 ** 20,
    },
    trustedProxies: options.trustedProxies,
    cache: { folder: options.cache.folder, maxBytes: options.cache.maxBytes, inactiveSeconds: 30 * 86_400 },
    live: { port: options.agentPort },
    // Those of the file first: messages count them.
    sites: [
      ...file.sites,
      {
        name: 'origin',
        hosts: [],
        origins: [{ url: `http://127.0.0.1:${options.agentPort}`, weight: 1, backup: false }],
        originHost: options.originHost,
        ttlSeconds,
        ttlByType: { 'text/html': 0 },
        missingSeconds: 60,
        languages: [],
        imageFormats: false,
        rules: [...file.rules, ...(file.rules.some(({ path }) => path === '/api/') ? [] : [{ path: '/api/', ...plainRule }])],
      },
    ],
    signingKeys: file.signingKeys,
    ...(file.countryDatabase === undefined ? {} : { countryDatabase: file.countryDatabase }),
  }
  const front = await startFront({ folder: join(options.folder, 'nginx'), settings, history: options.history, log: options.log })
  return { front, httpPort, httpsPort }
}

async function writeCertificate({ folder, certificate }: EdgeFrontOptions): Promise<{ certFile: string; keyFile: string }> {
  const { cert, key } = await certificate()
  const [certFile, keyFile] = [join(folder, 'nginx', 'cert.pem'), join(folder, 'nginx', 'key.pem')]
  mkdirSync(join(folder, 'nginx'), { recursive: true, mode: 0o700 })
  replaceFile(certFile, cert)
  replaceFile(keyFile, key)
  return { certFile, keyFile }
}

async function addressOf(bind: string): Promise<string> {
  const bare = bind.replace(/^\[|\]$/g, '')
  return isIP(bare) === 0 ? (await lookup(bare)).address : bare
}

/** A port that nobody uses now: nginx takes no port 0. */
async function freePort(address: string): Promise<number> {
  const server = createServer().listen(0, address)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
