/** A family of systems that nodes can be set up on. */
export interface NodeSystem {
  /** The packages that nginx is installed as. */
  readonly nginxPackage: string
  /** Installs the package `$1` without starting what it brings, and prints the names of all that are new, as `package NAME`. */
  readonly installScript: string
  /** Removes the packages `$1`, `$2`, … with their settings. */
  readonly removeScript: string
  /** Updates the packages of nginx that are installed, and notes their versions in `before` of the settings folder. */
  readonly upgradeScript: string
  /** Installs the versions that were noted, where others are installed now. */
  readonly downgradeScript: string
}

/** Releases that the program runs on: it needs the C library of Debian 12. */
const supported: ReadonlyMap<string, { readonly name: string; readonly version: number; readonly family: 'debian' | 'redHat' }> = new Map([
  ['debian', { name: 'Debian', version: 12, family: 'debian' }],
  ['ubuntu', { name: 'Ubuntu', version: 24.04, family: 'debian' }],
  ['rhel', { name: 'Red Hat Enterprise Linux', version: 10, family: 'redHat' }],
  ['rocky', { name: 'Rocky Linux', version: 10, family: 'redHat' }],
  ['almalinux', { name: 'AlmaLinux', version: 10, family: 'redHat' }],
  ['centos', { name: 'CentOS Stream', version: 10, family: 'redHat' }],
  ['fedora', { name: 'Fedora', version: 41, family: 'redHat' }],
])

const apt = 'apt-get -q -y -o DPkg::Lock::Timeout=120 -o Acquire::Languages=none -o Dpkg::Options::=--force-unsafe-io'
const dnf = 'dnf -q -y --setopt=install_weak_deps=False'
const noted = '/etc/ami-streams-node/before/nginx'

const debian: NodeSystem = {
  nginxPackage: 'nginx-light',
  installScript: `
list() { dpkg-query -W -f '\${db:Status-Abbrev} \${Package}\\n' | sed -n 's/^ii  *//p' | sort; }
work=$(mktemp -d)
policy=/usr/sbin/policy-rc.d
made=
done_() { rm -rf "$work"; [ -z "$made" ] || rm -f "$policy"; }
trap done_ EXIT
list > "$work/before"
# What a package starts would take the ports.
if [ ! -e "$policy" ]; then made=yes; printf '#!/bin/sh\\nexit 101\\n' > "$policy"; chmod 0755 "$policy"; fi
${apt} update >&2
${apt} --no-install-recommends install "$1" >&2
systemctl disable --quiet nginx.service >&2 || true
list > "$work/after"
comm -13 "$work/before" "$work/after" | sed 's/^/package /'
`,
  removeScript: `[ $# = 0 ] || ${apt} purge "$@"`,
  upgradeScript: `
list() { dpkg-query -W -f '\${db:Status-Abbrev} \${Package}=\${Version}\\n' | sed -n 's/^ii  *\\(\\(lib\\)\\{0,1\\}nginx[^=]*=.*\\)$/\\1/p' | sort; }
[ -n "$(list)" ] || exit 0
[ -e ${noted} ] || list > ${noted}
${apt} update >&2
${apt} --only-upgrade install $(list | sed 's/=.*//') >&2
list
`,
  downgradeScript: `
[ -s ${noted} ] || exit 0
list() { dpkg-query -W -f '\${db:Status-Abbrev} \${Package}=\${Version}\\n' | sed -n 's/^ii  *\\(\\(lib\\)\\{0,1\\}nginx[^=]*=.*\\)$/\\1/p' | sort; }
[ "$(list)" = "$(cat ${noted})" ] || ${apt} --allow-downgrades install $(cat ${noted}) >&2
`,
}

/** The family of Red Hat: dnf starts nothing that it installs. */
const redHat: NodeSystem = {
  nginxPackage: 'nginx',
  installScript: `
list() { rpm -qa --qf '%{NAME}\\n' | sort -u; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
list > "$work/before"
${dnf} install "$1" >&2
list > "$work/after"
comm -13 "$work/before" "$work/after" | sed 's/^/package /'
`,
  removeScript: `[ $# = 0 ] || ${dnf} remove "$@"`,
  upgradeScript: `
list() { rpm -qa --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\\n' 'nginx*' | sort; }
[ -n "$(list)" ] || exit 0
[ -e ${noted} ] || list > ${noted}
${dnf} upgrade 'nginx*' >&2
list
`,
  downgradeScript: `
[ -s ${noted} ] || exit 0
list() { rpm -qa --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\\n' 'nginx*' | sort; }
[ "$(list)" = "$(cat ${noted})" ] || ${dnf} downgrade $(cat ${noted}) >&2
`,
}

/** Systems that are set up alike. */
export const families = { debian, redHat } as const satisfies Record<string, NodeSystem>

/** `ID` of os-release(5) of the systems of a family. */
export const supportedIds = (family: string): readonly string[] =>
  [...supported].flatMap(([id, system]) => (system.family === family ? id : []))

/** Whether a node can be set up on this system, else why not. */
export function findSystem({ id, version, title }: { id: string; version: string; title: string }): NodeSystem | string {
  const known = supported.get(id)
  if (known === undefined)
    return `${title || 'The system'} is not supported: a node is set up on Debian 12, Ubuntu 24.04, Fedora 41, or release 10 of Red Hat Enterprise Linux, Rocky Linux, AlmaLinux and CentOS Stream, or newer ones`
  // Testing has no version.
  if (version !== '' && !(Number.parseFloat(version) >= known.version))
    return `${title} is too old: the program needs ${known.name} ${known.version.toFixed(id === 'ubuntu' ? 2 : 0)} or newer`
  return families[known.family]
}
