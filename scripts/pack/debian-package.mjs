/** A Debian package of a tree that is laid out as it is installed. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sessionsConfiguration } from './sessions-units.mjs'

const architectures = { x64: 'amd64', arm64: 'arm64' }

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options })
  if (result.error?.code === 'ENOENT') throw new Error(`${command} is missing. On Debian: apt-get install dpkg-dev binutils`)
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${(result.stderr || result.stdout).trim()}`)
  return result.stdout
}

/** Libraries of the system that these files are linked with, as a Depends line; what is inside of the tree is not named. */
function libraryPackages(files, libraryFolders) {
  const folder = mkdtempSync(join(tmpdir(), 'ami-streams-deb-'))
  try {
    mkdirSync(join(folder, 'debian'))
    writeFileSync(join(folder, 'debian/control'), 'Source: ami-streams\n\nPackage: ami-streams\nArchitecture: any\n')
    const args = [
      '-O',
      '--ignore-missing-info',
      '--warnings=0',
      ...libraryFolders.map((each) => `-l${each}`),
      ...files.map((file) => `-e${file}`),
    ]
    return run('dpkg-shlibdeps', args, { cwd: folder }).match(/^shlibs:Depends=(.*)$/m)?.[1] ?? ''
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Has the systemd of each user who is there do something with the service; what it says of one without the service is no matter. */
const ofEachUser = `of_each_user() {
  for bus in /run/user/*/bus; do
    [ -S "$bus" ] || continue
    uid=\${bus#/run/user/}
    uid=\${uid%/bus}
    name=$(getent passwd "$uid" | cut -d: -f1)
    [ -n "$name" ] || continue
    timeout 60 runuser -u "$name" -- env "XDG_RUNTIME_DIR=/run/user/$uid" systemctl --user "$@" >/dev/null 2>&1 </dev/null || true
  done
}
`
/** Services that run go on with the new program; those that do not are left alone. */
const afterInstall = `#!/bin/sh
set -e
${ofEachUser}if [ "$1" = configure ]; then
  if ! getent passwd ami-streams >/dev/null; then
    useradd --system --user-group --home-dir /var/lib/ami-streams --no-create-home --shell /usr/sbin/nologin ami-streams
  fi
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
    systemctl try-reload-or-restart ami-streams.service || true
    of_each_user daemon-reload
    of_each_user try-reload-or-restart ami-streams.service
  fi
fi
`
const beforeRemove = `#!/bin/sh
set -e
${ofEachUser}# Compiled code that Node keeps beside the program where root ran it: of no package, and of this version alone.
rm -rf /usr/lib/ami-streams/dist/host/cache
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl disable --now ami-streams.service ami-streams-sessions.socket >/dev/null 2>&1 || true
  of_each_user stop ami-streams.service
fi
`
/** Purged is what the service of the machine wrote; what users have in their home folders is theirs. */
const afterRemove = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi
if [ "$1" = purge ]; then
  rm -rf /var/lib/ami-streams /var/cache/ami-streams
  rm -f /etc/default/ami-streams /etc/systemd/system/multi-user.target.wants/ami-streams.service
  rm -f /etc/systemd/system/sockets.target.wants/ami-streams-sessions.socket
  if getent passwd ami-streams >/dev/null; then
    userdel ami-streams >/dev/null 2>&1 || true
  fi
fi
`

/** Lines of a description, as a control file has them. */
const wrapped = (text) =>
  text
    .match(/\S.{0,76}(?=\s|$)/g)
    .map((line) => ` ${line.trim()}`)
    .join('\n')

/**
 * Writes FILE from `tree`, whose root is that of the system.
 * @param {{ tree: string, file: string, version: string, needed: readonly string[], wanted: readonly string[], libraryFolders: readonly string[], compression: readonly string[], epoch: number }} options
 * `needed` and `wanted`: files whose libraries are depended on, or recommended; `epoch`: seconds since 1970 of every file
 */
export function writeDebianPackage({ tree, file, version, needed, wanted, libraryFolders, compression, epoch }) {
  const control = join(tree, 'DEBIAN')
  mkdirSync(control, { recursive: true })
  const size = Number(run('du', ['--summarize', '--apparent-size', '--block-size=1024', tree]).split('\t')[0])
  const recommended = [
    libraryPackages(wanted, libraryFolders),
    'chromium | google-chrome-stable',
    'fonts-dejavu-core',
    'hicolor-icon-theme',
  ]
  const description = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).description
  const fields = {
    'Package': 'ami-streams',
    'Version': version,
    'Architecture': architectures[process.arch] ?? process.arch,
    'Section': 'video',
    'Priority': 'optional',
    'Maintainer': 'AMI Streams <noreply@ami-streams.invalid>',
    'Installed-Size': String(size),
    // Its scripts add the user of the service.
    'Depends': `${libraryPackages(needed, libraryFolders)}, passwd`,
    'Recommends': recommended.filter(Boolean).join(', '),
    'Description': `streaming studio and live platform in one program\n${wrapped(description)}`,
  }
  writeFileSync(
    join(control, 'control'),
    `${Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n')}\n`,
  )
  for (const [name, text] of Object.entries({ postinst: afterInstall, prerm: beforeRemove, postrm: afterRemove })) {
    writeFileSync(join(control, name), text)
    chmodSync(join(control, name), 0o755)
  }
  writeFileSync(join(control, 'conffiles'), `${sessionsConfiguration.join('\n')}\n`)
  const sums = run('sh', ['-c', 'find . -type f -not -path "./DEBIAN/*" -printf "%P\\0" | LC_ALL=C sort -z | xargs -0 md5sum'], {
    cwd: tree,
  })
  writeFileSync(join(control, 'md5sums'), sums)
  run('dpkg-deb', ['--root-owner-group', ...compression, '--build', tree, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
  })
}
