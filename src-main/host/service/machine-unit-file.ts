import type { MachineUnit } from '../../network/index.ts'
import { browserNamespaces, closedSystem, quoted, reachOfHost, withoutRights } from './unit-file.ts'

/** What a node does without: devices, and processes with namespaces of their own. */
const reachOfNode = [
  'PrivateDevices=yes',
  'RestrictNamespaces=yes',
  'SystemCallFilter=@system-service @pkey',
  'SystemCallErrorNumber=EPERM',
]

/** The text of the unit of a node or a host that was set up on a machine over SSH. */
export function machineUnitFile({ description, user, command, stateName, environmentFile, needsLowPorts, isHost }: MachineUnit): string {
  const capabilities = needsLowPorts ? 'CAP_NET_BIND_SERVICE' : ''
  const lines = [
    '# Written by `streams network add`. Changes belong into a drop-in: systemctl edit',
    '[Unit]',
    `Description=${description.replaceAll('%', '%%')}`,
    'After=network-online.target',
    'Wants=network-online.target',
    'StartLimitIntervalSec=120',
    'StartLimitBurst=5',
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${command.map(quoted).join(' ')}`,
    `User=${user}`,
    `Group=${user}`,
    `StateDirectory=${stateName}`,
    'StateDirectoryMode=0700',
    `CacheDirectory=${stateName}`,
    'CacheDirectoryMode=0700',
    isHost ? '# Options, one a line, as `streams host --help` names them.' : '# The join token, until it has been used.',
    `EnvironmentFile=-${environmentFile}`,
    'Restart=on-failure',
    'RestartSec=1',
    'TimeoutStopSec=30',
    '# The supervisor ends its program, that its processes.',
    'KillMode=mixed',
    'OOMPolicy=continue',
    'LimitNOFILE=65536',
    ...closedSystem,
    ...(isHost ? [...reachOfHost, ...browserNamespaces, `Environment=XDG_CACHE_HOME=/var/cache/${stateName}`] : reachOfNode),
    `CapabilityBoundingSet=${capabilities}`,
    `AmbientCapabilities=${capabilities}`,
    ...withoutRights,
    'UMask=0077',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ]
  return lines.join('\n')
}
