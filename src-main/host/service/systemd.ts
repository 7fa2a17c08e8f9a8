import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { AppError } from '../../platform/errors.ts'
import { type ServiceScope, serviceUnit } from './unit-file.ts'

/** What systemd says of the unit. */
export interface UnitState {
  /** A unit file was found. */
  readonly found: boolean
  readonly file: string | null
  /** `active`, `activating`, `failed`, `inactive` … */
  readonly active: string
  /** Starts at login or boot. */
  readonly enabled: boolean
  readonly pid: number | null
  /** ISO 8601. */
  readonly since: string | null
  /** How often systemd started it again by itself. */
  readonly restarts: number
  /** It can be replaced by a new one that is loaded before it ends (`systemctl reload`). */
  readonly reloads: boolean
  /** Drop-ins that change it. */
  readonly dropIns: readonly string[]
}

const timeoutMs = 6 * 60_000

/** Runs `systemctl` for the scope. Throws `service.unavailable`, `service.failed`. */
export function systemctl(scope: ServiceScope, args: readonly string[]): string {
  const { uid } = userInfo()
  // A shell of sudo or su lacks what a login sets.
  const runtime = process.env.XDG_RUNTIME_DIR ?? `/run/user/${uid}`
  const result = spawnSync('systemctl', [...(scope === 'user' ? ['--user'] : []), '--no-pager', '--quiet', ...args], {
    encoding: 'utf8',
    timeout: timeoutMs,
    env: { ...process.env, XDG_RUNTIME_DIR: runtime, LC_ALL: 'C' },
  })
  const said = (result.stderr ?? '').trim()
  if (result.error !== undefined && 'code' in result.error && result.error.code === 'ENOENT')
    throw new AppError('service.unavailable', 'The program `systemctl` is missing', { cause: result.error })
  if (/Failed to connect to (?:the )?(?:user scope )?bus/i.test(said)) {
    const text =
      scope === 'user'
        ? `User ${userInfo().username} has no systemd of their own here: log in as that user (not by su or sudo), or run \`loginctl enable-linger\` as root`
        : 'The systemd of this machine does not answer'
    throw new AppError('service.unavailable', `${text}: ${said}`)
  }
  if (/Access denied|Permission denied|authentication required/i.test(said)) throw new AppError('service.not_permitted', said)
  if (result.status !== 0)
    throw new AppError('service.failed', said || `systemctl ${args.join(' ')} ended with ${result.status ?? result.signal}`)
  return result.stdout
}

/** Throws `service.unavailable` where systemd does not run this machine. */
export function requireSystemd(): void {
  if (process.platform !== 'linux' || !existsSync('/run/systemd/system'))
    throw new AppError('service.unavailable', 'This system is not run by systemd')
}

const properties = 'LoadState,ActiveState,UnitFileState,FragmentPath,MainPID,ActiveEnterTimestamp,NRestarts,CanReload,DropInPaths'

export function unitState(scope: ServiceScope): UnitState {
  return parseUnitState(systemctl(scope, ['show', serviceUnit, '--timestamp=unix', `--property=${properties}`]))
}

/** Reads what `systemctl show` prints. */
export function parseUnitState(text: string): UnitState {
  const values = new Map(text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
  const of = (name: string): string => values.get(name) ?? ''
  const pid = Number(of('MainPID'))
  const sinceS = Number(/^@(\d+)$/.exec(of('ActiveEnterTimestamp'))?.[1])
  const active = of('ActiveState')
  return {
    found: of('LoadState') === 'loaded',
    file: of('FragmentPath') || null,
    active,
    enabled: of('UnitFileState') === 'enabled',
    pid: pid > 0 ? pid : null,
    since: active === 'active' && sinceS > 0 ? new Date(sinceS * 1000).toISOString() : null,
    restarts: Number(of('NRestarts')) || 0,
    reloads: of('CanReload') === 'yes',
    dropIns: of('DropInPaths').split(' ').filter(Boolean),
  }
}

/** Whether services of this user run while they are not logged in; undefined where the system does not say. */
export function lingers(): boolean | undefined {
  const { stdout, status } = spawnSync('loginctl', ['show-user', userInfo().username, '--property=Linger'], { encoding: 'utf8' })
  if (status !== 0) return existsSync(`/var/lib/systemd/linger/${userInfo().username}`)
  return /^Linger=yes$/m.test(stdout)
}
