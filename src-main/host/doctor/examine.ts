import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer, isIPv6 } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { readAcmeStatus } from '../../platform/acme/acme-status.ts'
import { loadCertificate } from '../../platform/certificate.ts'
import { browserNames } from '../../platform/config/installed-browsers.ts'
import { AppError } from '../../platform/errors.ts'
import { readHostFile } from '../../platform/identity/host-file.ts'
import { toListenError } from '../../platform/net/listen-error.ts'
import { findProgram } from '../../platform/programs/find-program.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { workers } from '../../platform/workers/manifest.ts'
import type { Config } from '../config.ts'
import { manyCrashes, recentCrashes } from '../last-run.ts'
import { mediaEnginePresent } from '../media-engine.ts'
import { crashLogName } from '../supervisor/crash-log.ts'
import { installation } from '../version.ts'
import { examineSignIn, findWebServers } from './doctor-sign-in.ts'
import type { Finding } from './finding.ts'
import { floodProtection } from './flood-protection.ts'

/** Looks at everything that the host is on. */
export async function examine(config: Config): Promise<readonly Finding[]> {
  const ofNode = nodeCertificate(config)
  const checks: [string, () => Promise<Finding> | Finding][] = [
    ...(ofNode === undefined ? [] : ([[ofNode.name, () => ofNode]] as [string, () => Finding][])),
    ['Node', node],
    ['media engine', mediaEngine],
    ['WebRTC engine', webrtcEngine],
    ['workers', workersBuilt],
    ['page', page],
    ['data folder', () => dataFolder(config.data)],
    ['crashes', () => crashes(config.data)],
    ['certificate', () => certificate(config)],
    ['sign-in', async () => examineSignIn(config, await findWebServers([config.httpPort, config.httpsPort]))],
    ['window', window],
    ['desktops', desktops],
    ['floods', () => floodProtection()],
  ]
  for (const option of ['httpPort', 'httpsPort', 'rtmpPort', 'rtmpsPort', 'srtPort', 'webrtcPort', 'desktopWebrtcPort'] as const)
    checks.push([option, () => port(config, option)])
  return Promise.all(
    checks.map(async ([name, check]) => {
      try {
        return await check()
      } catch (error) {
        const remedy = error instanceof AppError ? error.remedy : undefined
        return { name, state: 'fail' as const, detail: (error as Error).message, ...(remedy ? { remedy } : {}) }
      }
    }),
  )
}

function node(): Finding {
  const enough = Number(process.versions.node.split('.')[0]) >= 24
  return enough
    ? { name: 'Node', state: 'ok', detail: process.version }
    : { name: 'Node', state: 'fail', detail: process.version, remedy: 'Run `npm run setup`: it brings Node 24.' }
}

async function mediaEngine(): Promise<Finding> {
  const remedy = 'Run `npm ci` again; the test stream needs the engine, everything else works without it.'
  if (!mediaEnginePresent())
    return {
      name: 'media engine',
      state: 'warn',
      detail: `node-av's binary for ${process.platform}-${process.arch} is not installed`,
      remedy,
    }
  // In a process of its own: what a broken native library does, it does there.
  const entry = pathToFileURL(createRequire(import.meta.url).resolve('node-av')).href
  const script = `const av = await import(${JSON.stringify(entry)}); const found = []; for (const name of ['libx264', 'aac', 'libx265', 'libsvtav1', 'libopus']) { if (av.Codec.findEncoderByName(name)) found.push(name) } console.log(found.join(', '))`
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 })
    const encoders = stdout.trim()
    const enough = encoders.includes('libx264') && encoders.includes('aac')
    return {
      name: 'media engine',
      state: enough ? 'ok' : 'warn',
      detail: `node-av with ${encoders || 'no encoder that is known'}`,
      ...(enough ? {} : { remedy }),
    }
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr)
      .split('\n')
      .find((line) => line.includes('Error: '))
    return { name: 'media engine', state: 'warn', detail: `node-av does not load: ${reason ?? 'its process ended'}`, remedy }
  }
}

/** What displays need; nothing else needs it. */
async function desktops(): Promise<Finding> {
  const name = 'desktops'
  if (process.platform !== 'linux') return { name, state: 'ok', detail: `none are made on ${process.platform}` }
  const { findRequirements } = await import('../../desktop/index.ts')
  const all = findRequirements(false).filter((each) => each.name !== 'portal')
  const missing = all.filter(({ available }) => !available)
  const found = [...new Set(all.flatMap((each) => each.found))].join(', ')
  const lacks = [...new Set(missing.flatMap((each) => each.missing))].join(', ')
  const detail = [found, ...(lacks === '' ? [] : [`missing: ${lacks}`])].filter((each) => each !== '').join('; ')
  const canMake = all.some((each) => each.available && ['x11', 'xorg', 'wayland'].includes(each.name))
  const commands = [...new Set(missing.flatMap((each) => each.commands))]
  return {
    name,
    state: canMake ? 'ok' : 'warn',
    detail,
    ...(missing.length > 0 && { remedy: `For more, on Debian and Ubuntu, as root: ${commands.map((each) => `\`${each}\``).join(', ')}.` }),
  }
}

async function webrtcEngine(): Promise<Finding> {
  const name = 'WebRTC engine'
  const { webrtcEnginesPresent } = await import('../../live/index.ts')
  const [first, ...others] = webrtcEnginesPresent()
  if (first === undefined)
    return {
      name,
      state: 'warn',
      detail: 'not installed',
      remedy: 'Run `npm ci` again; everything but WHIP and WHEP works without it.',
    }
  return { name, state: 'ok', detail: others.length > 0 ? `${first}; ${others.join(', ')} too` : first }
}

function workersBuilt(): Finding {
  const names = Object.keys(workers)
  const dir = fileURLToPath(new URL('dist/host', installation))
  const missing = names.filter((each) => !existsSync(join(dir, `${each}-worker.js`)))
  return missing.length === 0
    ? { name: 'workers', state: 'ok', detail: names.join(', ') }
    : { name: 'workers', state: 'fail', detail: `not built: ${missing.join(', ')}`, remedy: 'Run `npm run build`.' }
}

function page(): Finding {
  const dir = fileURLToPath(new URL('dist/renderer', installation))
  const built = existsSync(join(dir, 'index.html')) && existsSync(join(dir, 'watch.html'))
  return built
    ? { name: 'page', state: 'ok', detail: dir }
    : { name: 'page', state: 'fail', detail: `not built in ${dir}`, remedy: 'Run `npm run build`.' }
}

function dataFolder(dir: string): Finding {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  accessSync(dir, constants.R_OK | constants.W_OK)
  const { bavail, bsize } = statfsSync(dir)
  const freeMb = Math.floor((bavail * bsize) / 1e6)
  if (freeMb >= 500) return { name: 'data folder', state: 'ok', detail: `${dir}, ${freeMb} MB free` }
  return {
    name: 'data folder',
    state: 'warn',
    detail: `${dir}, only ${freeMb} MB free`,
    remedy: 'Free some space, or choose another folder with --data.',
  }
}

function lives(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch (error) {
    // A process of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function crashes(dir: string): Finding {
  const count = recentCrashes(dir, lives(readHostFile(dir)?.pid))
  const detail = count === 0 ? 'none in the last ten minutes' : `${count} in the last ten minutes`
  if (count < manyCrashes) return { name: 'crashes', state: 'ok', detail }
  const { remedy } = new AppError('host.crashes_often')
  return { name: 'crashes', state: 'warn', detail: `${detail}: see ${join(dir, crashLogName)}`, remedy }
}

/** The certificate of an ACME authority, as the host or node that runs here wrote last. */
function acmeCertificate(name: string, tlsDir: string): Finding | undefined {
  const status = readAcmeStatus(tlsDir)
  if (status === undefined) return undefined
  const { names, expiresAt, nextAt, problem } = status
  const days = expiresAt === null ? undefined : Math.floor((Date.parse(expiresAt) - Date.now()) / 86_400_000)
  const life = days === undefined ? 'not issued yet' : `valid for ${days} days`
  const detail = `ACME authority, ${names.join(', ')}, ${life}`
  if (problem === null) return { name, state: 'ok', detail }
  return {
    name,
    state: days === undefined || days < 1 ? 'fail' : 'warn',
    detail: `${detail}; the last order failed: ${problem.message}; next order ${nextAt ?? 'unknown'}`,
    remedy: problem.remedy,
  }
}

/** Of a node in this data folder; nothing where no node asks an authority. */
function nodeCertificate(config: Config): Finding | undefined {
  return acmeCertificate('certificate of the node', join(config.data, 'node', 'tls'))
}

async function certificate(config: Config): Promise<Finding> {
  const name = 'certificate'
  if (config.acme.names !== '') {
    const ordered = acmeCertificate(name, join(config.data, 'tls'))
    return ordered ?? { name, state: 'ok', detail: `${config.acme.names}: ordered when the host starts` }
  }
  const found = await loadCertificate({
    dir: join(config.data, 'tls'),
    bind: config.bind,
    certFile: config.tlsCert,
    keyFile: config.tlsKey,
    logger: silentLogger,
  })
  const days = Math.floor((Date.parse(found.expiresAt) - Date.now()) / 86_400_000)
  const detail = `${found.selfMade ? 'self-made' : 'given'}, valid for ${days} days`
  return days > 14 ? { name, state: 'ok', detail } : { name, state: 'warn', detail, remedy: 'Renew it, then start the host again.' }
}

function window(): Finding {
  const electron = fileURLToPath(new URL('node_modules/electron/dist/electron', installation))
  if (
    existsSync(electron) ||
    existsSync(`${electron}.exe`) ||
    existsSync(fileURLToPath(new URL('node_modules/electron/dist/Electron.app', installation)))
  ) {
    return { name: 'window', state: 'ok', detail: 'Electron' }
  }
  for (const name of browserNames(process.platform)) {
    const browser = findProgram(name)
    if (browser !== undefined) return { name: 'window', state: 'ok', detail: browser }
  }
  return {
    name: 'window',
    state: 'warn',
    detail: 'neither Electron nor Chromium is here',
    remedy: 'Open the URL in any browser, or install Chromium.',
  }
}

function bindUdp(number: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host.replace(/^\[|\]$/g, '')) ? 'udp6' : 'udp4')
    socket.once('error', reject)
    socket.bind({ port: number, address: host.replace(/^\[|\]$/g, ''), exclusive: true }, () => socket.close(() => resolve()))
  })
}

async function port(
  config: Config,
  option: 'httpPort' | 'httpsPort' | 'rtmpPort' | 'rtmpsPort' | 'srtPort' | 'webrtcPort' | 'desktopWebrtcPort',
): Promise<Finding> {
  const number = config[option]
  if (number === 'off') return { name: option, state: 'ok', detail: 'off' }
  if (number === 0) return { name: option, state: 'ok', detail: 'a free one will be taken' }
  const running = readHostFile(config.data)
  try {
    if (option === 'srtPort' || option === 'webrtcPort' || option === 'desktopWebrtcPort') await bindUdp(number, config.bind)
    else
      await new Promise<void>((resolve, reject) => {
        const server = createServer()
        server.once('error', reject)
        server.listen(number, config.bind, () => server.close(() => resolve()))
      })
    return { name: option, state: 'ok', detail: `${number} is free` }
  } catch (cause) {
    const error = await toListenError(cause, option, number)
    const own = running !== undefined && String(error.details.program ?? '').includes(`pid ${running.pid})`)
    return own
      ? { name: option, state: 'ok', detail: `${number} is used by the running host` }
      : { name: option, state: 'fail', detail: error.message, remedy: error.remedy }
  }
}
