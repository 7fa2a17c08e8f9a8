import { plainLine } from '../ssh/plain-line.ts'
import { hasNginx } from './systems.ts'

/** What a machine is and has, as it says itself: nothing of it is trusted further than to be shown and to choose what to do. */
export interface MachineFacts {
  /** `ID`, `VERSION_ID` and `PRETTY_NAME` of os-release(5). */
  readonly system: { readonly id: string; readonly version: string; readonly title: string }
  /** As Node names it. */
  readonly architecture: string
  readonly hostName: string
  readonly cores: number
  readonly memoryBytes: number
  /** Free for the program, below /opt. */
  readonly freeBytes: number
  readonly hasSystemd: boolean
  /** TCP ports that something listens on, and what, where it may be seen. */
  readonly listening: ReadonlyMap<number, string>
  /** Version of the nginx that is installed. */
  readonly nginx: string | undefined
  /** A firewall that is switched on. */
  readonly firewall: string | undefined
  /** SELinux is on and denies what its policy does not allow. */
  readonly hasSelinux: boolean
  /** ms by which its clock is ahead of ours, as far as the way there allows to say. */
  readonly clockAheadMs: number
  /** How the user becomes root without a password; `password`: by sudo, which asks for one. */
  readonly root: 'root' | 'sudo' | 'password' | 'none'
  /** Whether it reaches the origin; undefined where it could not be tried. */
  readonly reachesOrigin: boolean | undefined
  /** The release of the program that was set up there before. */
  readonly release: string | undefined
}

/** Prints a fact a line: `name value`. Values: the host and port of the origin, if there is one, and the folder of the program. */
export const factsScript = `
say() { printf '%s %s\\n' "$1" "$(printf %s "$2" | tr '\\n\\r' '  ' | cut -c1-200)"; }
say clock "$(date +%s%N)"
if [ -r /etc/os-release ]; then
  say id "$(. /etc/os-release; printf %s "\${ID-}")"
  say version "$(. /etc/os-release; printf %s "\${VERSION_ID-}")"
  say title "$(. /etc/os-release; printf %s "\${PRETTY_NAME-}")"
fi
say machine "$(uname -m)"
say name "$(uname -n)"
say cores "$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 0)"
say memory "$(sed -n 's/^MemTotal: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo)"
folder=/opt; [ -d /opt ] || folder=/
say free "$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')"
[ ! -d /run/systemd/system ] || say systemd yes
sed -n 's/^ *[0-9]*: [0-9A-F]*:\\([0-9A-F]*\\) [0-9A-F]*:0000 0A .*$/port \\1/p' /proc/net/tcp /proc/net/tcp6 2>/dev/null | sort -u | head -n 300
if command -v ss >/dev/null; then
  ss -ltnpH 2>/dev/null | sed -n 's/^[^ ]* *[^ ]* *[^ ]* *[^ ]*:\\([0-9]*\\) .*users:(("\\([^"]*\\)".*$/program \\1 \\2/p' | sort -u | head -n 300
fi
! ${hasNginx} || say nginx "$(nginx -v 2>&1 | sed -n 's/^.*nginx\\/\\([0-9.]*\\).*$/\\1/p')"
! grep -qs '^ENABLED=yes' /etc/ufw/ufw.conf || say firewall ufw
! [ -e /run/firewalld ] || say firewall firewalld
! grep -qs 1 /sys/fs/selinux/enforce || say selinux yes
[ ! -L "$3/current" ] || say release "$(readlink "$3/current" | sed 's/^.*\\///')"
if [ -n "$1" ] && command -v bash >/dev/null && command -v timeout >/dev/null; then
  if timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null; then say origin yes; else say origin no; fi
fi
if [ "$(id -u)" = 0 ]; then say root root
elif ! command -v sudo >/dev/null; then say root none
elif sudo -n -k true 2>/dev/null; then say root sudo
else say root password
fi
`

const architectures: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'x64'],
  ['aarch64', 'arm64'],
])
const roots = ['root', 'sudo', 'password', 'none'] as const
const maxPorts = 300

/**
 * Reads what the script printed. What is missing or makes no sense counts as nothing there.
 * @param askedAtMs, answeredAtMs our clock around the call
 */
export function readFacts(lines: readonly string[], askedAtMs: number, answeredAtMs: number): MachineFacts {
  const texts = new Map<string, string>()
  const listening = new Map<number, string>()
  for (const line of lines) {
    const [, name = '', value = ''] = /^([a-z]+) ?(.*)$/.exec(line) ?? []
    if (name === 'port' && listening.size < maxPorts) {
      const port = Number.parseInt(value, 16)
      if (port > 0 && port < 65_536 && !listening.has(port)) listening.set(port, '')
    } else if (name === 'program') {
      const [, port = '', program = ''] = /^(\d{1,5}) (.+)$/.exec(value) ?? []
      if (listening.has(Number(port))) listening.set(Number(port), plainLine(program).slice(0, 40))
    } else if (name !== '' && !texts.has(name)) texts.set(name, plainLine(value).slice(0, 200))
  }
  const text = (name: string): string => texts.get(name) ?? ''
  const count = (name: string): number => (/^\d{1,15}$/.test(text(name)) ? Number(text(name)) : 0)
  const machine = text('machine')
  // Nanoseconds; a date without them leaves the letter.
  const clockMs = /^\d{10}/.test(text('clock')) ? Number(text('clock').slice(0, 13).replace(/\D/g, '').padEnd(13, '5')) : undefined
  const reaches = text('origin')
  return {
    system: { id: text('id'), version: text('version'), title: text('title') || text('id') },
    architecture: architectures.get(machine) ?? machine,
    hostName: text('name'),
    cores: count('cores'),
    memoryBytes: count('memory') * 1024,
    freeBytes: count('free') * 1024,
    hasSystemd: text('systemd') === 'yes',
    listening,
    nginx: text('nginx') || undefined,
    firewall: text('firewall') || undefined,
    hasSelinux: text('selinux') === 'yes',
    clockAheadMs: clockMs === undefined ? 0 : clockAhead(clockMs, askedAtMs, answeredAtMs),
    root: roots.find((each) => each === text('root')) ?? 'none',
    reachesOrigin: reaches === '' ? undefined : reaches === 'yes',
    release: /^[\w.-]{1,80}$/.test(text('release')) ? text('release') : undefined,
  }
}

/** 0 while the other clock's time lies between asking and the answer. */
function clockAhead(clockMs: number, askedAtMs: number, answeredAtMs: number): number {
  if (clockMs > answeredAtMs) return Math.round(clockMs - answeredAtMs)
  return clockMs < askedAtMs ? Math.round(clockMs - askedAtMs) : 0
}
