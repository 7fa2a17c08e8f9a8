import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer, isIP } from 'node:net'
import { join } from 'node:path'
import type { ServedCertificate } from '../../platform/acme/served-certificate.ts'
import type { Logger } from '../../platform/logger.ts'
import { replaceFile } from '../../platform/storage/replace-file.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import { Turns } from '../../platform/timing/turns.ts'
import { accessLogOf, type NodeFile } from '../config/node-file.ts'
import { metricsPath } from '../figures/node-metrics.ts'
import type { PurgeHistory } from '../front/cache/node-cache.ts'
import type { FrontSettings } from '../front/front-settings.ts'
import { ImageFront } from '../front/images/image-front.ts'
import type { FunctionOptions, SiteRule } from '../front/nginx/front-options.ts'
import type { RequestOptions } from '../front/nginx/request-configuration.ts'
import { isSliced } from '../front/nginx/site-configuration.ts'
import { type Front, startFront } from '../front/start-front.ts'
import type { LoggedRequest } from '../logged-request.ts'
import type { InsidePlace } from './inside-place.ts'
import { sendError } from './origin-proxy.ts'
import { fetchFromFront, type OwnFront } from './own-front.ts'
import { Prefetcher, type PrefetchFigures } from './prefetch/prefetcher.ts'

/** A cache before a node. */
export interface EdgeCacheOptions {
  /** Folder of its files; nginx's workers need to reach it. */
  readonly folder: string
  /** Its share of the disk; the file of the node says it where left out. */
  readonly maxBytes: number | undefined
}

export interface EdgeFrontOptions {
  /** Configuration and certificates of nginx. */
  readonly folder: string
  readonly cache: EdgeCacheOptions
  /** Sites, rules and keys at the start. */
  readonly file: NodeFile
  readonly bind: string
  readonly httpPort: number
  readonly httpsPort: number | 'off'
  readonly certificate: Pick<ServedCertificate, 'current' | 'acme'>
  readonly trustedProxies: readonly string[]
  readonly connectionsPerAddress: number
  /** The agent's own port on 127.0.0.1: it delivers streams, and hands everything else on to the origin. */
  readonly agentPort: number
  /** Host and port of the origin. */
  readonly originHost: string
  readonly history: () => Promise<PurgeHistory>
  /** Requests that nginx answered. */
  readonly onRequests: (requests: readonly LoggedRequest[]) => void
  /** How many requests viewers may make now. */
  readonly limits: () => RequestOptions | undefined
  /** Which requests functions answer now. They find the sites of this node at `inside`. */
  readonly functions: (inside: InsidePlace) => FunctionOptions | undefined
  readonly log: Logger
}

/** nginx at the ports of a node. */
export interface EdgeFront {
  readonly front: Front
  /** Where it answers this node itself. */
  readonly warmed: OwnFront
  /** Undefined where nothing was asked for below a rule with prefetch. */
  prefetch(): PrefetchFigures | undefined
  readonly httpPort: number
  readonly httpsPort: number | null
  /** Uses another file without dropping a connection. Rejects as `startFront` does; the former settings go on then. */
  change(file: NodeFile): Promise<void>
  /** Uses the certificate that is there now. Rejects as `startFront` does. */
  renewCertificate(): Promise<void>
  /** Uses what `requests` says now. Rejects as `startFront` does. */
  refresh(): Promise<void>
  stop(): Promise<void>
}

/** So often it is checked whether there is another certificate, ms. */
const certificateMs = 3_600_000

/** Share of the disk where nobody says it. */
const usualBytes = 10 * 2 ** 30
/** Answers without a lifetime of their own, seconds. */
const ttlSeconds = 60

/** What the agent answers by itself, or has the origin answer for each viewer. */
const passedPaths = ['/api/', metricsPath]

const passedRule = (path: string): SiteRule => ({
  path,
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
  // load balancers and players
  challenge: false,
})

/** Starts nginx where viewers connect, with the agent behind it. Throws as `startFront` does. */
export async function startEdgeFront(options: EdgeFrontOptions): Promise<EdgeFront> {
  const address = await addressOf(options.bind)
  const httpPort = options.httpPort || (await freePort(address))
  const httpsPort = options.httpsPort === 'off' ? null : options.httpsPort || (await freePort(address))
  const inside: InsidePlace = { port: await freePort('127.0.0.1'), secret: randomBytes(24).toString('base64url') }
  const images = await ImageFront.open({ inside: () => inside, sendError, log: options.log.child({ part: 'images' }) })
  const settings = (file: NodeFile): FrontSettings => settingsOf(options, file, { address, httpPort, httpsPort, inside, images })
  if (httpsPort !== null) await writeCertificate(options)
  let file = options.file
  // what is changed is changed from what applies then
  const changes = new Turns(20, 'changes of the node', 'network.busy')
  const warmed: OwnFront = {
    address: address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address,
    port: httpPort,
    isSliced: (target) => settings(file).sites.some((site) => isSliced(site, target)),
  }
  const prefetcher = new Prefetcher({ fetch: (target, limits) => fetchFromFront(warmed, target, limits) })
  const front = await startFront({
    folder: nginxFolder(options),
    settings: settings(options.file),
    history: options.history,
    // what is fetched ahead is nobody's request
    onRequests: (requests) => options.onRequests(requests.filter(({ agent }) => agent !== prefetcher.userAgent)),
    prefetch: { userAgent: prefetcher.userAgent, onAsked: (requests) => prefetcher.seen(requests) },
    log: options.log,
  }).catch(async (error) => {
    prefetcher.stop()
    await images.stop()
    throw options.file.locate(error)
  })
  const renewCertificate = async (): Promise<void> => {
    if (httpsPort !== null && (await writeCertificate(options))) await front.renewCertificates()
  }
  const timer = repeat(certificateMs, renewCertificate)
  return {
    front,
    warmed,
    prefetch: () => prefetcher.figures(),
    httpPort,
    httpsPort,
    change: (changed) =>
      changes.next(async () => {
        await front.change(settings(changed))
        file = changed
      }),
    renewCertificate,
    refresh: () => changes.next(() => front.change(settings(file))),
    async stop() {
      clearInterval(timer)
      prefetcher.stop()
      await front.stop()
      await images.stop()
    },
  }
}

interface EdgePorts {
  readonly address: string
  readonly httpPort: number
  readonly httpsPort: number | null
  /** For functions and images. */
  readonly inside: InsidePlace
  readonly images: Pick<ImageFront, 'port' | 'secret'>
}

function settingsOf(options: EdgeFrontOptions, file: NodeFile, { address, httpPort, httpsPort, inside, images }: EdgePorts): FrontSettings {
  const hasImages = [file, ...file.sites].some(({ rules }) => rules.some((rule) => rule.images !== undefined))
  return {
    listen: [{ address, port: httpPort, tls: false }, ...(httpsPort === null ? [] : [{ address, port: httpsPort, tls: true }])],
    ...(httpsPort === null ? {} : { certificate: certificateFiles(options) }),
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
    cache: {
      folder: options.cache.folder,
      maxBytes: options.cache.maxBytes ?? file.cache?.maxBytes ?? usualBytes,
      inactiveSeconds: 30 * 86_400,
    },
    live: { port: options.agentPort },
    ...(options.certificate.acme() === null ? {} : { challenges: { port: options.agentPort } }),
    requests: options.limits(),
    functions: options.functions(inside),
    ...(hasImages ? { images: { port: images.port, secret: images.secret, insidePort: inside.port, insideSecret: inside.secret } } : {}),
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
        rules: [...file.rules, ...passedPaths.filter((path) => file.rules.every((rule) => rule.path !== path)).map(passedRule)],
      },
    ],
    signingKeys: file.signingKeys,
    ...(file.countryDatabase === undefined ? {} : { countryDatabase: file.countryDatabase }),
    ...(file.accessLog === undefined ? {} : { accessLog: accessLogOf(file.accessLog, options.cache.folder) }),
  }
}

const nginxFolder = ({ folder }: EdgeFrontOptions): string => join(folder, 'nginx')

function certificateFiles(options: EdgeFrontOptions): { readonly certFile: string; readonly keyFile: string } {
  return { certFile: join(nginxFolder(options), 'cert.pem'), keyFile: join(nginxFolder(options), 'key.pem') }
}

/** Writes the certificate where nginx reads it. True where it is another one. */
async function writeCertificate(options: EdgeFrontOptions): Promise<boolean> {
  const { cert, key } = await options.certificate.current()
  const { certFile, keyFile } = certificateFiles(options)
  mkdirSync(nginxFolder(options), { recursive: true, mode: 0o700 })
  if (existsSync(certFile) && readFileSync(certFile, 'utf8') === cert) return false
  replaceFile(keyFile, key)
  replaceFile(certFile, cert)
  return true
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
