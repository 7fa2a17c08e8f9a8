import { type Layout, variablesOf } from '../layout.ts'

/**
 * Makes user and folders, and keeps what was there before, so that a run that fails, or is cut off, can go back to it. Prints
 * `node ID ORIGIN` of a node that has joined, `data` where a host has run.
 */
export const prepareScript = (layout: Layout): string => `${variablesOf(layout)}
install -d -m 0755 "$base" "$base/releases"
install -d -m 0700 "$etc"
# One that is there is of a run that was cut off: what it kept is what was good last.
if [ ! -d "$etc/before" ]; then
  rm -rf "$etc/before.new"
  mkdir "$etc/before.new"
  if [ -L "$base/current" ] && [ -e "$unit_file" ]; then
    readlink "$base/current" > "$etc/before.new/release"
    cp -p "$unit_file" "$etc/before.new/unit"
  fi
  mv "$etc/before.new" "$etc/before"
fi
current=$(readlink "$base/current" || true)
before=$(cat "$etc/before/release" 2>/dev/null || true)
for folder in "$base"/releases/*; do
  name=releases/\${folder##*/}
  [ "$name" = "$current" ] || [ "$name" = "$before" ] || rm -rf "$folder"
done
if ! getent passwd "$user" >/dev/null; then
  echo user >> "$etc/made"
  useradd --system --user-group --home-dir "$state" --no-create-home --shell /usr/sbin/nologin "$user"
fi
if [ -r "$state/node/node.json" ]; then
  id=$(sed -n 's/^.*"id": *"\\([a-z0-9-]*\\)".*$/\\1/p' "$state/node/node.json" | head -n 1)
  origin=$(sed -n 's/^.*"origin": *"\\([^" ]*\\)".*$/\\1/p' "$state/node/node.json" | head -n 1)
  echo "node $id $origin"
elif [ -e "$data" ]; then
  echo data
fi
`

/** Unpacks the program from its input as the release `$1`; prints its version, which shows that it runs on this machine. */
export const unpackScript = (layout: Layout): string => `${variablesOf(layout)}
new=$base/releases/$1
trap 'code=$?; [ $code = 0 ] || rm -rf "$new"; exit $code' EXIT
mkdir "$new"
tar -xzf - -C "$new" --strip-components=1 --no-same-owner --no-same-permissions
# Where SELinux is on, files of /opt get the types that its policy says.
! command -v restorecon >/dev/null || restorecon -R "$new" 2>/dev/null || true
"$new/bin/streams" --version
`

/** Writes the unit `$1`, and where one is needed the join token `$2`. */
export const configureScript = (layout: Layout): string => `${variablesOf(layout)}
umask 077
printf %s "$1" > "$unit_file.new"
chmod 0644 "$unit_file.new"
mv -f "$unit_file.new" "$unit_file"
rm -f "$etc/join"
[ -z "$2" ] || printf 'STREAMS_JOIN_TOKEN=%s\\n' "$2" > "$etc/join"
`

/** Starts the release `$1`, now and at each boot. */
export const startScript = (layout: Layout): string => `${variablesOf(layout)}
ln -sfn "releases/$1" "$base/current.new"
mv -fT "$base/current.new" "$base/current"
systemctl daemon-reload
systemctl enable --quiet "$unit"
systemctl reset-failed "$unit" 2>/dev/null || true
systemctl restart "$unit"
`

/** Prints `active STATE`, `restarts NUMBER`, `listening` where something has the TCP port `$2` (hexadecimal), and with `$1` the last lines of the log. */
export const stateScript = (layout: Layout): string => `${variablesOf(layout)}
systemctl show "$unit" --property=ActiveState,NRestarts | sed 's/^ActiveState=/active /; s/^NRestarts=/restarts /'
! grep -qsi ": [0-9A-F]*:$2 [0-9A-F]*:0000 0A " /proc/net/tcp /proc/net/tcp6 || echo listening
[ -z "$1" ] || journalctl --unit "$unit" --no-pager --output=cat --lines=15 2>/dev/null || true
`

/** Prints the HTTP port that the unit says. */
export const portScript = (layout: Layout): string => `${variablesOf(layout)}
sed -n 's/^ExecStart=.*--http-port "\\{0,1\\}\\([0-9]*\\).*$/\\1/p' "$unit_file" | head -n 1
`

/** The new release is good: what was kept of the one before goes, and the token that was used. */
export const finishScript = (layout: Layout): string => `${variablesOf(layout)}
rm -rf "$etc/before" "$etc/join"
current=$(readlink "$base/current")
for folder in "$base"/releases/*; do [ "releases/\${folder##*/}" = "$current" ] || rm -rf "$folder"; done
`
