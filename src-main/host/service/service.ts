import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { defaultDataFolder } from '../../platform/config/data-folder.ts'
import { AppError } from '../../platform/errors.ts'
import { readHostFile } from '../../platform/identity/host-file.ts'
import { addonFile } from '../../platform/native-addon.ts'
import { replaceFile } from '../../platform/storage/replace-file.ts'
import { installation } from '../version.ts'
import { lingers, requireSystemd, systemctl, type UnitState, unitState } from './systemd.ts'
import { isUnchanged, optionsFile, type ServiceScope, serviceUnit, serviceUser, signed, systemDataFolder, unitFile } from './unit-file.ts'

export interface ServiceRequest {
  readonly scope: ServiceScope
  /** Data folder that was asked for; the usual one where left out. */
  readonly dataDir?: string
  /** Replace or remove a unit file that somebody changed. */
  readonly force: boolean
}

/** How the service is. */
export interface ServiceReport extends UnitState {
  readonly scope: ServiceScope
  readonly dataDir: string
  /** The command that shows its log. */
  readonly journal: string
  /** Runs without its user being logged in; null for a service of the machine. */
  readonly lingers: boolean | null
}

/** Where packages put units. */
const packagedFolder = '/usr/lib/systemd'

const packagedFile = (scope: ServiceScope): string => join(packagedFolder, scope, serviceUnit)

/** Where units are that no package brought. */
const ownFile = (scope: ServiceScope): string =>
  scope === 'system'
    ? join('/etc/systemd/system', serviceUnit)
    : join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'systemd/user', serviceUnit)

/** Writes the unit where no package brought one, and starts it now and at each login or boot. Throws `service.*`. */
export function installService({ scope, dataDir, force }: ServiceRequest): ServiceReport & { readonly changed: boolean } {
  requireRights(scope)
  // Before anything is written: a user may have no systemd of their own here.
  const wasActive = unitState(scope).active === 'active'
  const file = ownFile(scope)
  const packaged = existsSync(packagedFile(scope)) && dataDir === undefined
  let changed = false
  if (!packaged) {
    if (scope === 'system') requireReadable()
    const notifies = existsSync(addonFile('service-manager'))
    const program = [process.execPath, fileURLToPath(new URL('bin/streams.mjs', installation))]
    const text = signed(scope, unitFile({ scope, program, notifies, ...(dataDir === undefined ? {} : { dataDir }) }))
    const present = read(file)
    requireUnchanged(file, present, force)
    if (scope === 'system') addUser()
    changed = present !== text
    if (changed) write(file, text)
  }
  systemctl(scope, ['daemon-reload'])
  systemctl(scope, ['enable', '--now', serviceUnit])
  if (changed && wasActive) systemctl(scope, ['restart', serviceUnit])
  return { ...reportService({ scope, ...(dataDir === undefined ? {} : { dataDir }) }), changed }
}

/** Ends the service, and removes all of it but its data. Throws `service.*`. */
export function removeService({ scope, force }: Pick<ServiceRequest, 'scope' | 'force'>): ServiceReport {
  requireRights(scope)
  const file = ownFile(scope)
  const present = read(file)
  requireUnchanged(file, present, force)
  const state = unitState(scope)
  if (!state.found && present === undefined) throw new AppError('service.not_installed')
  const report = reportService({ scope })
  if (state.found) systemctl(scope, ['disable', '--now', serviceUnit])
  rmSync(file, { force: true })
  systemctl(scope, ['daemon-reload'])
  if (state.active === 'failed') systemctl(scope, ['reset-failed', serviceUnit])
  return report
}

/** How long a new host may take to load and to take over, ms: what is longer is a fault of it. */
const replaceMs = 60_000

/**
 * Has a new host of the installed program take over; what listens stays open meanwhile. It is loaded before the one that runs ends, where the
 * service can do that; where what systemd reads was changed, the service is ended and started. Throws `service.*`.
 */
export async function restartService(scope: ServiceScope): Promise<ServiceReport> {
  requireRights(scope)
  const state = unitState(scope)
  if (!state.found) throw new AppError('service.not_installed')
  const { dataDir, journal } = reportService({ scope })
  const run = readHostFile(dataDir)?.run
  if (state.active === 'active' && state.reloads && run !== undefined && !isChanged(state)) {
    systemctl(scope, ['reload', serviceUnit])
    if (!(await isReplaced(dataDir, run)))
      throw new AppError('service.failed', `No new host took over in ${replaceMs / 1000} s; the one before goes on. ${journal} says why`)
  } else systemctl(scope, ['restart', serviceUnit])
  return reportService({ scope })
}

/** True where the unit, a drop-in or the file of options was written after the service was started: a process has what was there then. */
function isChanged({ file, dropIns, since }: UnitState): boolean {
  // systemd says the second in which it was up; what was written just before the start is of that second, too.
  const sinceMs = since === null ? 0 : Date.parse(since) + 1000
  return [file, ...dropIns, optionsFile].some(
    (path) => path !== null && (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= sinceMs,
  )
}

/** Waits until another host than `run` has the data folder. */
async function isReplaced(dataDir: string, run: string): Promise<boolean> {
  for (const end = performance.now() + replaceMs; performance.now() < end; await delay(50)) {
    const now = readHostFile(dataDir)?.run
    if (now !== undefined && now !== run) return true
  }
  return false
}

/** Throws `service.unavailable`. */
export function reportService({ scope, dataDir }: Pick<ServiceRequest, 'scope' | 'dataDir'>): ServiceReport {
  requireSystemd()
  const state = unitState(scope)
  return {
    ...state,
    scope,
    dataDir: dataDir ?? dataDirOf(scope, state.file),
    journal: scope === 'system' ? 'journalctl --unit ami-streams' : 'journalctl --user --unit ami-streams',
    lingers: scope === 'system' ? null : (lingers() ?? null),
  }
}

function requireRights(scope: ServiceScope): void {
  requireSystemd()
  if (scope === 'system' && process.geteuid?.() !== 0)
    throw new AppError('service.not_permitted', 'A service of the machine is installed, restarted and removed by root')
}

function requireUnchanged(file: string, content: string | undefined, force: boolean): void {
  if (content === undefined || force || isUnchanged(content)) return
  throw new AppError('service.changed', `${file} was changed by hand`, { details: { file } })
}

/** Home folders are closed to a service of the machine. */
function requireReadable(): void {
  for (const path of [process.execPath, fileURLToPath(installation)]) {
    if (/^\/(?:home|root|run\/user)\//.test(path))
      throw new AppError('service.unreadable', `The program is in ${path}, which a service of the machine cannot read`, {
        details: { path },
      })
  }
}

function addUser(): void {
  if (spawnSync('getent', ['passwd', serviceUser]).status === 0) return
  const args = ['--system', '--user-group', '--home-dir', systemDataFolder, '--no-create-home', '--shell', '/usr/sbin/nologin', serviceUser]
  const { status, stderr, error } = spawnSync('useradd', args, { encoding: 'utf8' })
  if (status !== 0) throw new AppError('service.failed', `User ${serviceUser} could not be added: ${stderr || error?.message}`)
}

/** The folder that the unit names; else the usual one. */
function dataDirOf(scope: ServiceScope, file: string | null): string {
  const named = /^Environment="?STREAMS_DATA=([^"\n]+)"?$/m.exec((file && read(file)) || '')?.[1]?.replaceAll('%%', '%')
  return named ?? (scope === 'system' ? systemDataFolder : defaultDataFolder())
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  replaceFile(file, text, 0o644)
}
