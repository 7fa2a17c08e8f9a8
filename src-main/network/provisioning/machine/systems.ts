/** A family of systems that nodes can be set up on. */
export interface NodeSystem {
  /** The packages that nginx is installed as. */
  readonly nginxPackage: string
  /** Installs the package `$1` without starting what it brings, and prints the names of all that are new, as `package NAME`. */
  readonly installScript: string
  /** Removes the packages `$1`, `$2`, … with their settings. */
  readonly removeScript: string
}

/** Releases that the program runs on: it needs the C library of Debian 12. */
const oldest: ReadonlyMap<string, { readonly name: string; readonly version: number }> = new Map([
  ['debian', { name: 'Debian', version: 12 }],
  ['ubuntu', { name: 'Ubuntu', version: 24.04 }],
])

const apt = 'apt-get -q -y -o DPkg::Lock::Timeout=120 -o Acquire::Languages=none -o Dpkg::Options::=--force-unsafe-io'

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
}

/** Whether a node can be set up on this system, else why not. */
export function findSystem({ id, version, title }: { id: string; version: string; title: string }): NodeSystem | string {
  const known = oldest.get(id)
  if (known === undefined)
    return `${title || 'The system'} is not supported: a node is set up on Debian 12 or newer, or Ubuntu 24.04 or newer`
  // Testing has no version.
  if (version !== '' && !(Number.parseFloat(version) >= known.version))
    return `${title} is too old: the program needs ${known.name} ${known.version.toFixed(id === 'ubuntu' ? 2 : 0)} or newer`
  return debian
}
