import { describe, expect, it } from 'vitest'
import { machineUnitFile } from './machine-unit-file.ts'
import { journalOfGroup } from './service-of-process.ts'
import { parseUnitState } from './systemd.ts'
import { isUnchanged, signed, unitFile } from './unit-file.ts'

const program = ['/opt/ami streams/node', '/opt/100%/$HOME/streams.mjs']

describe('the unit file', () => {
  it('starts the host without rights, in a file system that it may not write', () => {
    const text = unitFile({ scope: 'system', program, notifies: true })
    for (const line of ['User=ami-streams', 'NoNewPrivileges=yes', 'ProtectSystem=strict', 'CapabilityBoundingSet=', 'Type=notify'])
      expect(text.split('\n')).toContain(line)
    expect(text).toContain('\nEnvironment=STREAMS_DATA=/var/lib/ami-streams\n')
    expect(text).toContain('\nWantedBy=multi-user.target\n')
  })

  it('has paths that systemd reads as they are', () => {
    const text = unitFile({ scope: 'user', program, notifies: true, dataDir: '/home/a b/"data"' })
    expect(text).toContain('\nExecStart="/opt/ami streams/node" /opt/100%%/$$HOME/streams.mjs host\n')
    expect(text).toContain('\nEnvironment="STREAMS_DATA=/home/a b/\\"data\\""\n')
    expect(text).toContain('\nWantedBy=default.target\n')
    expect(text, 'what only the system may do').not.toContain('ProtectSystem')
  })

  it('lets a data folder elsewhere be written', () => {
    expect(unitFile({ scope: 'system', program, notifies: true, dataDir: '/srv/streams' })).toContain('\nReadWritePaths=/srv/streams\n')
  })

  it('is reloaded by a signal to the process that systemd names', () => {
    const text = unitFile({ scope: 'user', program, notifies: true })
    expect(text).toContain(`\nExecReload=/bin/sh -c 'kill -USR2 "$$MAINPID"'\n`)
  })

  it('waits for nothing that a host without the native part cannot say', () => {
    const text = unitFile({ scope: 'system', program, notifies: false })
    expect(text).toContain('\nType=exec\n')
    expect(text).not.toMatch(/Type=notify|WatchdogSec|FileDescriptorStoreMax|ExecReload/)
  })

  it('shows when somebody changed it', () => {
    const text = signed('user', unitFile({ scope: 'user', program, notifies: true }))
    expect(isUnchanged(text)).toBe(true)
    expect(isUnchanged(text.replace('UMask=0077', 'UMask=0000'))).toBe(false)
    expect(isUnchanged(text.slice(text.indexOf('\n') + 1))).toBe(false)
    expect(isUnchanged('')).toBe(false)
  })
})

describe('the unit of a node', () => {
  const unit = {
    ...{
      description: 'AMI Streams, node of https://100%.example.com',
      user: 'node-user',
      stateName: 'ami-node',
      environmentFile: '/etc/join',
      isHost: false,
    },
    command: ['/opt/node/streams', 'edge', '--name', 'Berlin $HOME "1"'],
  }

  it('has no rights but those that its ports need', () => {
    const text = machineUnitFile({ ...unit, needsLowPorts: false })
    for (const line of ['User=node-user', 'NoNewPrivileges=yes', 'ProtectSystem=strict', 'CapabilityBoundingSet=', 'PrivateDevices=yes'])
      expect(text.split('\n')).toContain(line)
    expect(text).toContain('\nExecStart=/opt/node/streams edge --name "Berlin $$HOME \\"1\\""\n')
    expect(text).toContain('\nDescription=AMI Streams, node of https://100%%.example.com\n')
    expect(text).not.toContain('DeviceAllow')
    expect(machineUnitFile({ ...unit, needsLowPorts: true })).toContain('\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n')
  })

  it('that is a host reaches cameras and graphics processors, and starts browsers in namespaces', () => {
    const text = machineUnitFile({ ...unit, isHost: true, needsLowPorts: false }).split('\n')
    for (const line of [
      'DevicePolicy=closed',
      'DeviceAllow=char-drm rw',
      'RestrictNamespaces=user pid net',
      'ProtectSystem=strict',
      'CapabilityBoundingSet=',
    ])
      expect(text).toContain(line)
    expect(text.join('\n')).not.toMatch(/PrivateDevices|RestrictNamespaces=yes/)
  })
})

describe('the log of a process', () => {
  it.each([
    ['0::/system.slice/ami-streams.service\n', 'journalctl --unit ami-streams'],
    ['4:cpu:/\n0::/user.slice/user-1000.slice/user@1000.service/app.slice/ami-streams.service\n', 'journalctl --user --unit ami-streams'],
    ['0::/user.slice/user-1000.slice/session-2.scope\n', undefined],
    ['', undefined],
  ])('is that of its service: %j', (text, journal) => {
    expect(journalOfGroup(text)).toBe(journal)
  })
})

describe('what systemd says of a unit', () => {
  it('is read as it prints it', () => {
    const text =
      'MainPID=105\nNRestarts=2\nCanReload=yes\nLoadState=loaded\nActiveState=active\nFragmentPath=/etc/a=b.service\nDropInPaths=/etc/x.conf /etc/y.conf\nUnitFileState=enabled\nActiveEnterTimestamp=@1795408000\n'
    expect(parseUnitState(text)).toEqual({
      found: true,
      file: '/etc/a=b.service',
      active: 'active',
      enabled: true,
      pid: 105,
      since: new Date(1_795_408_000_000).toISOString(),
      restarts: 2,
      reloads: true,
      dropIns: ['/etc/x.conf', '/etc/y.conf'],
    })
  })

  it('of one that is not there is that', () => {
    const state = parseUnitState(
      'MainPID=0\nNRestarts=0\nLoadState=not-found\nActiveState=inactive\nFragmentPath=\nUnitFileState=\nActiveEnterTimestamp=\n',
    )
    expect(state).toMatchObject({ found: false, file: null, active: 'inactive', enabled: false, pid: null, since: null, dropIns: [] })
  })
})
