import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { replaceFile } from '../../platform/storage/replace-file.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import { Turns } from '../../platform/timing/turns.ts'
import { type LoggedRequest, readLoggedRequest } from '../logged-request.ts'
import type { FoundObjects } from './cache/cache-search.ts'
import { NodeCache, type PurgeHistory, type PurgeOutcome } from './cache/node-cache.ts'
import type { PurgeOrder, PurgeSelection } from './cache/purge-order.ts'
import type { FrontSettings } from './front-settings.ts'
import { type AskedRequest, readAskedRequest } from './nginx/asked-log.ts'
import { closedFolder, freeBytes, prepareCacheFolder } from './nginx/cache-folder.ts'
import { challengeScriptText } from './nginx/challenge-script.ts'
import type { ConfigurationText } from './nginx/directives.ts'
import { findNginx, type NginxProgram } from './nginx/find-nginx.ts'
import { FollowedLog } from './nginx/followed-log.ts'
import { cacheFilesFolder, frontConfiguration, minFreeBytes } from './nginx/front-configuration.ts'
import { loopScriptText } from './nginx/loop-configuration.ts'
import { NginxProcess } from './nginx/nginx-process.ts'
import { openFilesOfWorker } from './nginx/open-files.ts'
import { RotatedLog } from './nginx/rotated-log.ts'
import { signatureScriptText } from './nginx/signature-script.ts'
import { isSliced, variantsOf } from './nginx/site-configuration.ts'
import { workerUser } from './nginx/worker-user.ts'
import { OriginHealth, type OriginState } from './origin-health.ts'

export interface FrontDependencies {
  /** Configuration, index and PID file; made when missing. */
  readonly folder: string
  readonly settings: FrontSettings
  /** What was purged while this node was away. It is asked for before viewers are served; a node whose origin is away goes on without. */
  readonly history?: () => Promise<PurgeHistory>
  /** Gets each request of a viewer, once it is answered. */
  readonly onRequests?: (requests: readonly LoggedRequest[]) => void
  /** Gets each request below a rule with prefetch, but for those with that user agent. */
  readonly prefetch?: { readonly userAgent: string; readonly onAsked: (requests: readonly AskedRequest[]) => void }
  readonly log: Logger
  /** nginx; the one in the PATH where left out. */
  readonly nginx?: string
  /** Time between two checks of an origin, ms; 10,000 where left out. */
  readonly checkMs?: number
}

/** nginx before an edge with its cache. */
export interface Front {
  readonly program: NginxProgram
  /** PID of nginx's master; undefined while it is started again. */
  readonly pid: number | undefined
  /** Changes settings without dropping a connection. Throws as `startFront` does; the former ones go on then. */
  change(settings: FrontSettings): Promise<void>
  /** Reads certificates again, after their files have changed. */
  renewCertificates(): Promise<void>
  purge(order: PurgeOrder): Promise<PurgeOutcome>
  search(prefix: string): FoundObjects
  /** What a purge would take along. */
  preview(selection: PurgeSelection): Promise<PurgeOutcome>
  /** Carries out what was purged while the connection to the origin was away. */
  catchUp(history: PurgeHistory): Promise<void>
  readonly lastPurge: number | undefined
  health(): FrontHealth
  stop(): Promise<void>
}

export interface FrontHealth {
  readonly running: boolean
  readonly objects: number
  readonly bytes: number
  readonly maxBytes: number
  /** Share of the disk, of which the cache takes 90 %. */
  readonly sizeBytes: number
  readonly origins: readonly (OriginState & { readonly site: string })[]
  /** What nginx last reported that an operator needs to know, e.g. that the disk is full. */
  readonly problem: { readonly message: string; readonly at: string } | undefined
}

/** So often it is looked how much space the disk has, ms. */
const diskMs = 1000
/** From here on the disk is written again; nginx removes what was used least below twice the least. */
const spaceAgainBytes = 1.5 * minFreeBytes

/**
 * Starts nginx with a cache. Throws `network.nginx_missing`, `network.nginx_unusable`, `network.cache_folder`, `network.module_missing`,
 * `config.invalid` and `network.nginx_rejected` (which name the option), `port.*`, `network.nginx_failed`.
 */
export async function startFront(dependencies: FrontDependencies): Promise<Front> {
  const { folder, settings: first, history, onRequests, prefetch, log, nginx, checkMs = 10_000 } = dependencies
  const program = await findNginx(nginx)
  const user = workerUser()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  prepareCacheFolder(first.cache.folder, user)
  const storedLog = join(first.cache.folder, 'stored.log')
  const requestLog = join(first.cache.folder, 'requests.log')
  const askedLog = join(first.cache.folder, 'asked.log')
  const changes = new Turns(20, 'changes of the configuration', 'network.busy')
  let settings = first
  let isRepairing = false
  let origins = originsOf(first)
  let isFull = false
  let problem: FrontHealth['problem']
  const process_ = new NginxProcess({
    program,
    folder,
    log,
    onProblem: (message) => {
      problem = { message, at: new Date().toISOString() }
    },
    onMixedSlices: (url) => void repair(url),
  })
  const cache = new NodeCache({
    files: join(first.cache.folder, cacheFilesFolder),
    storedLog,
    indexFile: join(folder, 'cache-index.db'),
    siteOf: (host) => siteOf(settings, host),
    lifetimeOf: (site, type) => lifetimeOf(settings, site, type),
    variantsOf: (name) => settings.sites.filter((site) => site.name === name).flatMap(variantsOf),
    sites: () => settings.sites.map((site) => site.name),
    hostOf: (name) => settings.sites.find((site) => site.name === name)?.hosts[0],
    isSliced: (target) => settings.sites.some((site) => isSliced(site, target)),
    reopenLog: () => process_.reopenLogs(),
    log,
  })

  const followed =
    onRequests && new FollowedLog({ file: requestLog, parse: readLoggedRequest, onLines: onRequests, reopen: () => process_.reopenLogs() })

  /** Removes slices of several versions of a file; one file at a time, as an origin may go on to mix them. */
  async function repair(url: string): Promise<void> {
    if (isRepairing) return
    isRepairing = true
    // of a signed URL the path alone is kept
    const [path = url] = url.split('?')
    try {
      await cache.purge({ number: -1, selection: { urls: [url, path] }, hard: true })
      log.warn({ url: path }, 'the origin replaced a file of which slices were kept: they are removed')
    } catch (error) {
      log.error({ err: error }, 'slices of several versions of a file could not be removed')
    } finally {
      isRepairing = false
    }
  }

  const asked =
    prefetch &&
    new FollowedLog({
      file: askedLog,
      parse: (line) => readAskedRequest(line, prefetch.userAgent),
      onLines: prefetch.onAsked,
      reopen: () => process_.reopenLogs(),
    })

  function configurationOf(wanted: FrontSettings, health: readonly OriginHealth[]): ConfigurationText {
    const script = signatureScriptText(wanted.signingKeys)
    const signatureScript = join(folder, `signature-${createHash('sha256').update(script).digest('hex').slice(0, 16)}.js`)
    replaceFile(signatureScript, script)
    const challenge = wanted.requests?.challenge
    const challengeText = challenge === undefined ? '' : challengeScriptText(challenge)
    const challengeScript = join(folder, `challenge-${createHash('sha256').update(challengeText).digest('hex').slice(0, 16)}.js`)
    if (challenge !== undefined) replaceFile(challengeScript, challengeText)
    if (challenge !== undefined && program.js === undefined) warnOfChallenge()
    const sites = health.map((each) => ({ ...each.site, originTls: each.tls, origins: each.servers() }))
    const quicKey = program.http3 ? keptKey(join(folder, 'quic.key')) : ''
    const loopScript = join(folder, 'loop.js')
    replaceFile(loopScript, loopScriptText)
    const scripts = { signatureScript, challengeScript, loopScript }
    const workers = availableParallelism()
    const place = { folder, storedLog, ...scripts, quicKey, user, workers, openFiles: openFilesOfWorker() }
    const logged = { ...(onRequests && { requestLog }), ...(prefetch && { askedLog }) }
    return frontConfiguration(program, place, { ...wanted, ...logged, sites, cache: { ...wanted.cache, isFull } })
  }

  let warned = false
  function warnOfChallenge(): void {
    if (!warned) log.warn({ package: 'libnginx-mod-http-js' }, 'nobody is challenged during attacks: nginx has no module for JavaScript')
    warned = true
  }

  /** Scripts of former keys contain secrets. */
  function removeOldScripts(configuration: ConfigurationText): void {
    for (const name of readdirSync(folder)) {
      if (/^(?:signature|challenge)-\w+\.js$/.test(name) && !configuration.text.includes(name)) rmSync(join(folder, name), { force: true })
    }
  }

  /** Stops and starts writing to the disk. */
  async function checkDisk(): Promise<void> {
    const free = freeBytes(first.cache.folder)
    const now = free < minFreeBytes || (isFull && free < spaceAgainBytes)
    if (now === isFull) return
    await changes.next(async () => {
      isFull = now
      try {
        await use(settings, origins)
      } catch (error) {
        // the next look tries again
        isFull = !now
        throw error
      }
    })
    if (now) {
      const message = `The disk of ${first.cache.folder} is nearly full: nothing more is kept until there is space`
      problem = { message, at: new Date().toISOString() }
      log.error({ folder: first.cache.folder, free }, 'the disk of the cache is nearly full: nothing more is kept')
    } else {
      problem = undefined
      log.info({ folder: first.cache.folder, free }, 'the disk of the cache has space again')
    }
  }

  let accessLog: RotatedLog | undefined

  function rotationOf({ accessLog: wanted }: FrontSettings): RotatedLog | undefined {
    if (wanted === undefined) return undefined
    const log = new RotatedLog(wanted, () => process_.reopenLogs())
    // Workers open another file by themselves.
    const closed = user && closedFolder(dirname(wanted.file), user)
    if (closed === undefined) return log
    log.stop()
    throw new AppError('config.invalid', `Option accessLog.file: nginx's workers run as ${user?.name} and may not enter ${closed}`, {
      details: { option: 'accessLog.file' },
    })
  }

  async function use(wanted: FrontSettings, health: readonly OriginHealth[], force = false): Promise<void> {
    const configuration = configurationOf(wanted, health)
    const isOther = JSON.stringify(wanted.accessLog) !== JSON.stringify(accessLog?.options)
    const rotation = isOther ? rotationOf(wanted) : accessLog
    try {
      await process_.reload(configuration, force)
    } catch (error) {
      if (isOther) rotation?.stop()
      throw error
    }
    if (isOther) accessLog?.stop()
    accessLog = rotation
    settings = wanted
    origins = health
    removeOldScripts(configuration)
  }

  async function checkOrigins(): Promise<void> {
    const checked = origins
    await Promise.all(checked.map((each) => each.check()))
    await changes.next(async () => {
      if (checked === origins) await use(settings, origins)
    })
  }

  let timer: NodeJS.Timeout | undefined
  let diskTimer: NodeJS.Timeout | undefined
  try {
    await Promise.all(origins.map((each) => each.resolve()))
    accessLog = rotationOf(first)
    const configuration = configurationOf(first, origins)
    await Promise.all([cache.start(), history === undefined ? undefined : caughtUp(history)])
    await process_.start(configuration)
    removeOldScripts(configuration)
    timer = repeat(checkMs, checkOrigins)
    diskTimer = repeat(diskMs, checkDisk)
  } catch (error) {
    await process_.stop()
    await followed?.stop()
    await asked?.stop()
    accessLog?.stop()
    await cache.stop()
    throw error
  }

  async function caughtUp(ask: () => Promise<PurgeHistory>): Promise<void> {
    const known = await ask().catch((error) => {
      log.warn({ err: error }, 'purges of the origin are not known yet: what is kept is served as it is')
    })
    if (known !== undefined) await cache.catchUp(known)
  }

  return {
    program,
    get pid() {
      return process_.pid
    },
    change: (wanted) =>
      changes.next(async () => {
        if (wanted.cache.folder !== first.cache.folder) {
          const option = 'cache.folder'
          throw new AppError('config.invalid', `Option ${option}: another folder needs a restart of the edge`, { details: { option } })
        }
        const health = originsOf(wanted)
        await Promise.all(health.map((each) => each.resolve()))
        await use(wanted, health)
      }),
    renewCertificates: () => changes.next(() => use(settings, origins, true)),
    purge: (order) => cache.purge(order),
    search: (prefix) => cache.search(prefix),
    preview: (selection) => cache.preview(selection),
    catchUp: (known) => cache.catchUp(known),
    get lastPurge() {
      return cache.lastPurge
    },
    health: () => ({
      running: process_.pid !== undefined,
      ...cache.figures(),
      maxBytes: Math.floor(settings.cache.maxBytes * 0.9),
      sizeBytes: settings.cache.maxBytes,
      origins: origins.flatMap((each) => each.states().map((state) => ({ site: each.site.name, ...state }))),
      problem,
    }),
    async stop() {
      clearInterval(timer)
      clearInterval(diskTimer)
      await changes.behind(() => process_.stop())
      await followed?.stop()
      await asked?.stop()
      accessLog?.stop()
      await cache.stop()
    },
  }
}

/** A file of random bytes that was made once. */
function keptKey(file: string): string {
  if (!existsSync(file)) replaceFile(file, randomBytes(32).toString('hex'))
  return file
}

function originsOf({ sites }: FrontSettings): readonly OriginHealth[] {
  return sites.map((site, index) => new OriginHealth(site, `sites[${index}]`))
}

function siteOf({ sites }: FrontSettings, host: string): string | undefined {
  const fits = (pattern: string): boolean => (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern)
  return (sites.find(({ hosts }) => hosts.some(fits)) ?? sites.find(({ hosts }) => hosts.length === 0))?.name
}

function lifetimeOf({ sites }: FrontSettings, name: string, type: string): number | undefined {
  const byType = sites.find((site) => site.name === name)?.ttlByType
  return byType?.[type] ?? byType?.[`${type.split('/')[0]}/*`]
}
