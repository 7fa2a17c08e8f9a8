import { nodeLayout } from './layout.ts'
import { families, hasNginx, type NodeSystem, supportedIds } from './machine/systems.ts'
import { type MachineUnit, nodeUnitOf } from './machine-unit.ts'
import type { NodeWish } from './provisioning-schemas.ts'
import { shellWord } from './ssh/remote-script.ts'
import { nginxScript } from './steps/nginx.ts'
import { configureScript, finishScript, prepareScript, startScript, unpackScript } from './steps/prepare.ts'
import { undoScript } from './steps/remove.ts'

/** A packed program as machines fetch it. */
export interface OfferedProgram {
  /** As `uname -m` says it. */
  readonly machine: string
  readonly url: string
  /** In hex digits: whoever is between cannot send another. */
  readonly sha256: string
  readonly version: string
}

/** Makes user data with a join token of its own. Throws `network.program_missing` and `network.limit`. */
export type MakeUserData = (request: {
  readonly wish: NodeWish
  /** URL of this host as the machine reaches it. */
  readonly origin: string
  readonly expiresInS: number
  readonly actor: string
}) => Promise<{ readonly userData: string; readonly token: string; readonly expiresAt: string }>

/** Where the node has joined by then, or not, seconds. */
const joinS = 90

/** A step of the set-up in a shell of its own, with its values. */
const step = (script: string, values: readonly string[] = []): string => `(
set -e
set -- ${values.map(shellWord).join(' ')}
${script}
)`

const onFamily = (part: (system: NodeSystem) => string): string =>
  Object.entries(families)
    .map(([family, system]) => `${supportedIds(family).join('|')})\n${part(system)}\n;;`)
    .join('\n')

/**
 * User data for cloud-init: a script that makes a new machine a node, with the steps of the set-up over SSH. It is run once, as root, at
 * the first boot; where a step fails, what was done is undone, and the machine's log of cloud-init says why.
 */
export function userDataOf({
  wish,
  origin,
  token,
  programs,
  unitText,
}: {
  readonly wish: NodeWish
  readonly origin: string
  readonly token: string
  readonly programs: readonly OfferedProgram[]
  readonly unitText: (unit: MachineUnit) => string
}): string {
  const unit = unitText(nodeUnitOf(wish, wish.name, origin))
  return `#!/bin/sh
# Makes this machine a node of AMI Streams at ${origin}: user data for cloud-init, or run it as root.
# It has a join token: keep it to yourself.
set -u
export LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd /
fail() { echo "ami-streams: $1" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail 'this needs root'
[ -d /run/systemd/system ] || fail 'this machine is not run by systemd'
. /etc/os-release
case $ID in
${onFamily(() => ':')}
*) fail "$PRETTY_NAME is not supported" ;;
esac
case $(uname -m) in
${programs.map(({ machine, url, sha256, version }) => `${machine}) url=${shellWord(url)} sha=${sha256} version=${shellWord(version)} ;;`).join('\n')}
*) fail "there is no packed program for $(uname -m)" ;;
esac
archive=$(mktemp)
trap 'rm -f "$archive"' EXIT
# What arrives is compared with its SHA-256, so that no certificate needs to be known here.
fetch() {
  if command -v curl >/dev/null; then curl -fsSk --max-time 600 -o "$archive" "$url"
  elif command -v wget >/dev/null; then wget -q --no-check-certificate -O "$archive" "$url"
  else python3 -c 'import ssl, sys, urllib.request as u; sys.stdout.buffer.write(u.urlopen(sys.argv[1], context=ssl._create_unverified_context()).read())' "$url" > "$archive"
  fi
}
for try in 1 2 3 4 5 6; do
  if fetch && echo "$sha  $archive" | sha256sum -c - >/dev/null; then break; fi
  [ $try != 6 ] || fail "the program could not be fetched from $url"
  sleep 5
done
release=$version-$(head -c 6 /dev/urandom | od -An -tx1 | tr -d ' \\n')
export release
(
set -e
${step(prepareScript(nodeLayout))}
(
set -e
set -- "$release"
${unpackScript(nodeLayout)}
) < "$archive"
${wish.cache ? `${hasNginx} || case $ID in\n${onFamily((system) => step(nginxScript(nodeLayout, system), [system.nginxPackage]))}\nesac` : ''}
${step(configureScript(nodeLayout), [unit, token])}
(
set -e
set -- "$release"
${startScript(nodeLayout)}
)
try=0
until [ -s /var/lib/ami-streams-node/node/node.json ]; do
  try=$((try + 1))
  [ $try -le ${joinS} ] || { journalctl --unit ami-streams-node.service --no-pager --output=cat --lines=15 >&2; echo 'the node does not join its origin' >&2; exit 1; }
  sleep 1
done
${step(finishScript(nodeLayout))}
)
code=$?
if [ $code != 0 ]; then
  echo 'ami-streams: a step failed: what was done is undone' >&2
  case $ID in
${onFamily((system) => step(undoScript(nodeLayout, system.removeScript)))}
  esac
  exit $code
fi
echo 'ami-streams: the node has joined'
`
}
