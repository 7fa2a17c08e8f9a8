/** A family of systems that nodes can be set up on. Its scripts run with the variables of a layout. */
export interface NodeSystem {
  /** The packages that nginx is installed as. */
  readonly nginxPackage: string
  /**
   * Installs the package `$1` without starting what it brings. Notes what comes with it in `made` before it does, so that it can be removed
   * wherever this is cut off.
   */
  readonly installScript: string
  /** Removes the packages `$1`, `$2`, … with their settings, and what was noted beside them. */
  readonly removeScript: string
  /**
   * Updates the packages of nginx that are installed, and notes their versions in `before` of the settings folder. Prints what
   * `readNginxUpdate` reads.
   */
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

const apt =
  'apt-get -q -y -o DPkg::Lock::Timeout=120 -o Acquire::Languages=none -o APT::Keep-Downloaded-Packages=false -o Dpkg::Options::=--force-unsafe-io'
const dnf = 'dnf -q -y --setopt=install_weak_deps=False'
const noted = '/etc/ami-streams-node/before/nginx'

/** A shell function: what dpkg was in the middle of when it was killed is ended. */
const repairDpkg = `
repair_dpkg() { [ -z "$(dpkg --audit)" ] || dpkg --force-unsafe-io --configure -a >&2 || true; }
`
/** A shell function: the packages of nginx with their versions. */
const listDebian = `
list() { dpkg-query -W -f '\${db:Status-Abbrev} \${Package}=\${Version}\\n' | sed -n 's/^ii  *\\(\\(lib\\)\\{0,1\\}nginx[^=]*=.*\\)$/\\1/p' | sort; }
`
/** The second line of our policy for services. */
const mark = '# ami-streams-node'
/** Shell functions: what packages bring is not started meanwhile, where it would take the ports. */
const policy = `
policy=/usr/sbin/policy-rc.d
remove_policy() { ! grep -qsx '${mark}' "$policy" || rm -f "$policy"; }
make_policy() {
  trap remove_policy EXIT
  [ -e "$policy" ] || { printf '#!/bin/sh\\n${mark}\\nexit 101\\n' > "$policy"; chmod 0755 "$policy"; }
}
`
/** A condition of the shell: nginx is there, and not half of it, from a run of ours that was cut off. */
export const hasNginx = `{ command -v nginx >/dev/null && ! grep -qsx '${mark}' /usr/sbin/policy-rc.d; }`
/** The page that the package makes and leaves behind, and its folders. */
const page = '/var/www/html/index.nginx-debian.html'

const debian: NodeSystem = {
  nginxPackage: 'nginx-light',
  installScript: `${policy}${repairDpkg}
make_policy
repair_dpkg
# Where an index cannot be fetched, the one that is there may do.
${apt} update >&2 || true
${apt} --simulate --no-install-recommends install "$1" | sed -n 's/^Inst \\([a-z0-9][a-z0-9.+-]*\\)[^ ]* (.*$/package \\1/p' >> "$etc/made"
for path in /var/www /var/www/html ${page}; do [ -e "$path" ] || echo "path $path" >> "$etc/made"; done
${apt} --no-install-recommends install "$1" >&2
systemctl disable --quiet nginx.service >&2 || true
`,
  removeScript: `${policy}${repairDpkg}
remove_policy
[ $# = 0 ] || {
  repair_dpkg
  page=
  # One that somebody has written in stays.
  ! grep -qsx 'path ${page}' "$etc/made" || ! cmp -s /usr/share/nginx/html/index.html ${page} || page=yes
  ${apt} purge "$@"
  [ -z "$page" ] || rm -f ${page}
  for path in /var/www/html /var/www; do
    ! grep -qsx "path $path" "$etc/made" || rmdir "$path" 2>/dev/null || true
  done
}
`,
  upgradeScript: `${listDebian}${repairDpkg}${policy}
[ -n "$(list)" ] || exit 0
! grep -qs '^package nginx' /etc/ami-streams-node/made || make_policy
[ -e ${noted} ] || list > ${noted}
repair_dpkg
list | sed 's/^/before /'
# Unless it is asked to, apt does not fail where it cannot fetch an index. A machine that has just started may have no network yet, and
# its own timers use the index.
problem=
for try in 1 2 3 4 5 6 7 8 9 10 11 12; do
  if problem=$(${apt} -o APT::Update::Error-Mode=any -o Acquire::Retries=1 -o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15 update 2>&1 >/dev/null); then problem=; break; fi
  problem=$(echo "$problem" | grep '^[EW]: ' | head -n 1)
  problem=\${problem:-E: it says nothing}
  [ $try -lt 3 ] || case $problem in *lock*) ;; *) break ;; esac
  echo "Waiting for the package manager: $problem" >&2
  sleep 5
done
names=$(list | sed 's/=.*//')
# Words on purpose.
${apt} --only-upgrade install $names >&2
list | sed 's/^/after /'
apt-cache policy $names | awk '/^[^ ].*:$/ { name = substr($1, 1, length($1) - 1) } /^  Candidate: / { print "newest " name "=" $2 }'
[ -z "$problem" ] || echo "problem $problem"
`,
  downgradeScript: `${listDebian}
[ -s ${noted} ] || exit 0
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
echo "package $1" >> "$etc/made"
${dnf} install "$1" >&2
list > "$work/after"
comm -13 "$work/before" "$work/after" | sed 's/^/package /' >> "$etc/made"
`,
  removeScript: `[ $# = 0 ] || ${dnf} remove "$@"`,
  upgradeScript: `
list() { rpm -qa --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\\n' 'nginx*' | sort; }
versions() { rpm -qa --qf '%{NAME}=%{VERSION}-%{RELEASE}\\n' 'nginx*' | sort; }
[ -n "$(list)" ] || exit 0
[ -e ${noted} ] || list > ${noted}
versions | sed 's/^/before /'
${dnf} --refresh upgrade 'nginx*' >&2
versions | sed 's/^/after /'
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
