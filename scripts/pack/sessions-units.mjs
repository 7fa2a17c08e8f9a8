/** What systemd and PAM know of the helper for sessions of other users, as the Debian package installs it. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const helper = '/usr/lib/ami-streams/ami-streams-sessions'

const socket = `[Unit]
Description=AMI Streams, displays of other users: socket of the helper
Documentation=man:streams(1)

[Socket]
ListenStream=/run/ami-streams-sessions.sock
# The user of the service alone; the helper asks the kernel once more.
SocketUser=ami-streams
SocketGroup=ami-streams
SocketMode=0600
Accept=yes
MaxConnections=32

[Install]
WantedBy=sockets.target
`

const service = `[Unit]
Description=AMI Streams, displays of a user
Documentation=man:streams(1)
CollectMode=inactive-or-failed

[Service]
ExecStart=${helper}
StandardInput=socket
StandardOutput=null
StandardError=journal
SyslogIdentifier=ami-streams-sessions
# Displays and their programs go on when the host ends, and are there for the next one.
KillMode=process
OOMPolicy=continue
# What those programs may do is what their user may: more is not taken from them here, so that a terminal is one.
RestrictRealtime=no
`

/** The account of the user, their limits and their key ring apply. */
const pam = `account required pam_unix.so
session optional pam_keyinit.so force revoke
session required pam_limits.so
session required pam_unix.so
`

const names = `# Users of this machine as whom AMI Streams may make displays, a name a line.
# Whoever controls the service of AMI Streams can do what these users can: see docs/security.md of the program.
# Users of the system (below 1000) are never allowed. Then: systemctl enable --now ami-streams-sessions.socket
`

/** Files that dpkg keeps as an admin changed them. */
export const sessionsConfiguration = ['/etc/pam.d/ami-streams-sessions', '/etc/ami-streams/sessions']

/** Writes the helper and what belongs to it below the root of the tree. */
export function writeSessionsHelper({ root, tree, program }) {
  const write = (path, text) => {
    mkdirSync(join(tree, path, '..'), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
  copyFileSync(join(root, program), join(tree, helper))
  write('usr/lib/systemd/system/ami-streams-sessions.socket', socket)
  write('usr/lib/systemd/system/ami-streams-sessions@.service', service)
  write('etc/pam.d/ami-streams-sessions', pam)
  write('etc/ami-streams/sessions', names)
}
