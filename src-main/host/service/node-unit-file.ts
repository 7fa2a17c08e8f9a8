import type { NodeUnit } from '../../network/index.ts'
import { closedSystem, quoted, withoutRights } from './unit-file.ts'

/** The text of the unit of a node that was set up on a machine: as the service of a host, without devices and displays. */
export function nodeUnitFile({ description, user, command, stateName, environmentFile, needsLowPorts }: NodeUnit): string {
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
    '# The join token, until it has been used.',
    `EnvironmentFile=-${environmentFile}`,
    'Restart=on-failure',
    'RestartSec=1',
    'TimeoutStopSec=30',
    '# The supervisor ends its node, the node its processes.',
    'KillMode=mixed',
    'OOMPolicy=continue',
    'LimitNOFILE=65536',
    ...closedSystem,
    'PrivateDevices=yes',
    'RestrictNamespaces=yes',
    `CapabilityBoundingSet=${capabilities}`,
    `AmbientCapabilities=${capabilities}`,
    'SystemCallFilter=@system-service @pkey',
    'SystemCallErrorNumber=EPERM',
    ...withoutRights,
    'UMask=0077',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ]
  return lines.join('\n')
}
