import { createHash } from 'node:crypto'

/** Whose service it is: of one user, from their login on, or of the machine. */
export type ServiceScope = 'user' | 'system'

export const serviceUnit = 'ami-streams.service'
/** User that the service of the machine runs as. */
export const serviceUser = 'ami-streams'
/** Where the service of the machine keeps its data. */
export const systemDataFolder = '/var/lib/ami-streams'

/** Options of the service of the machine, as variables. */
export const optionsFile = '/etc/default/ami-streams'

export interface UnitFileOptions {
  readonly scope: ServiceScope
  /** Program and arguments that start the command line. */
  readonly program: readonly string[]
  /** Data folder; the usual one of the scope where left out. */
  readonly dataDir?: string
  /** The native part that speaks to systemd is there: it learns when the host is ready, and keeps its sockets over a restart. */
  readonly notifies: boolean
}

/** What every process of ours does without. */
export const withoutRights = [
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'SystemCallArchitectures=native',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
]

/** The sandbox of browser sources. */
export const browserNamespaces = [
  '# The sandbox of the Chromium that draws browser sources is made of these namespaces.',
  'RestrictNamespaces=user pid net',
]

/** What systemd may do without rights of its own, too: the same for both scopes. */
const everywhere = [...withoutRights, ...browserNamespaces, 'UMask=0077']

/** What a service of the machine that is no user's does not see or change, for all of the program's. */
export const closedSystem = [
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateMounts=yes',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectProc=invisible',
  'RemoveIPC=yes',
]

/** What a host of the machine calls and opens. */
export const reachOfHost = [
  'SystemCallFilter=@system-service @pkey chroot',
  'SystemCallErrorNumber=EPERM',
  '# Cameras, graphics processors that encode, sound cards: nothing else of /dev.',
  'DevicePolicy=closed',
  'DeviceAllow=char-drm rw',
  'DeviceAllow=char-video4linux rw',
  'DeviceAllow=char-alsa rw',
]

const ofSystem = [
  `User=${serviceUser}`,
  `Group=${serviceUser}`,
  'StateDirectory=ami-streams',
  'StateDirectoryMode=0700',
  'CacheDirectory=ami-streams',
  'CacheDirectoryMode=0700',
  'Environment=XDG_CACHE_HOME=/var/cache/ami-streams',
  '# Options, one a line, as `streams host --help` names them: STREAMS_BIND=0.0.0.0',
  `EnvironmentFile=-${optionsFile}`,
  ...closedSystem,
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  ...reachOfHost,
]

/** The text of the unit, without the line that `signed` puts before it. */
export function unitFile({ scope, program, dataDir, notifies }: UnitFileOptions): string {
  const data = dataDir ?? (scope === 'system' ? systemDataFolder : undefined)
  const lines = [
    '[Unit]',
    'Description=AMI Streams, streaming studio and live platform',
    'Documentation=man:streams(1)',
    ...(scope === 'system' ? ['After=network-online.target', 'Wants=network-online.target'] : []),
    'StartLimitIntervalSec=120',
    'StartLimitBurst=5',
    '',
    '[Service]',
    ...(notifies
      ? [
          'Type=notify',
          'NotifyAccess=all',
          '# Over a restart systemd keeps the sockets that listen: connections wait, and none is rejected.',
          'FileDescriptorStoreMax=16',
          'WatchdogSec=5min',
        ]
      : ['Type=exec']),
    `ExecStart=${[...program, 'host'].map(quoted).join(' ')}`,
    ...(notifies
      ? [
          '# The next host is loaded before the one that runs ends. A kill of its own is not in every system.',
          `ExecReload=/bin/sh -c 'kill -USR2 "$$MAINPID"'`,
        ]
      : []),
    ...(data === undefined ? [] : [`Environment=${quoted(`STREAMS_DATA=${data}`)}`]),
    ...(scope === 'system' && data !== undefined && data !== systemDataFolder ? [`ReadWritePaths=${quoted(data)}`] : []),
    'Restart=on-failure',
    'RestartSec=1',
    'TimeoutStartSec=5min',
    'TimeoutStopSec=30',
    '# The supervisor ends its host, the host its processes; one that runs out of memory takes no other along.',
    'KillMode=mixed',
    'OOMPolicy=continue',
    'LimitNOFILE=65536',
    ...(scope === 'system' ? ofSystem : []),
    ...everywhere,
    '',
    '[Install]',
    `WantedBy=${scope === 'system' ? 'multi-user.target' : 'default.target'}`,
    '',
  ]
  return lines.join('\n')
}

const signature = /^# Written by `streams service install` \(([0-9a-f]{16})\)\. Changes belong into a drop-in: .*\n/

/** A unit file that says who wrote it, and that shows when somebody else changed it. */
export function signed(scope: ServiceScope, text: string): string {
  const edit = scope === 'system' ? 'systemctl edit' : 'systemctl --user edit'
  return `# Written by \`streams service install\` (${fingerprint(text)}). Changes belong into a drop-in: ${edit} ${serviceUnit}\n${text}`
}

/** True where the file is one that `signed` wrote, as it wrote it. */
export function isUnchanged(content: string): boolean {
  const [line, written] = signature.exec(content) ?? []
  return line !== undefined && fingerprint(content.slice(line.length)) === written
}

const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** One word of systemd.syntax(7): specifiers and variables of a path are no more than text. */
export function quoted(word: string): string {
  const plain = word.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /[\s"'\\;]/.test(plain) ? `"${plain.replace(/["\\]/g, '\\$&')}"` : plain
}
