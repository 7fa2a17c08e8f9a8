import { type Layout, variablesOf } from '../layout.ts'

/** Prints a link that signs in as admin, as JSON: the host makes it for the user that it runs as. */
export const signInScript = (layout: Layout): string => `${variablesOf(layout)}
[ -x "$base/current/bin/streams" ] || { echo 'No host is there: set it up again' >&2; exit 1; }
systemctl show "$unit" --property=ActiveState | grep -qx ActiveState=active || { echo 'The host does not run: set it up again, which repairs it' >&2; exit 1; }
cd "$state"
exec setpriv --reuid "$user" --regid "$user" --clear-groups env -i PATH="$PATH" HOME="$state" \\
  "$base/current/bin/streams" --json tokens recover --data "$state"
`

/** Prints the self-made certificate, where it is the one that is shown. */
export const certificateScript = (layout: Layout): string => `${variablesOf(layout)}
[ -e "$state/tls/acme" ] || cat "$state/tls/cert.pem" 2>/dev/null || true
`
