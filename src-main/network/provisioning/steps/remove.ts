import { type Layout, variablesOf } from '../layout.ts'

/** Everything that was made, as a shell function: `remove_node`. It does no harm where some of it is gone already. */
const removeFunction = (removePackages: string): string => `
remove_packages() {
${removePackages}
}
remove_node() {
  if [ -e "$unit_file" ]; then
    systemctl disable --quiet "$unit" || true
    systemctl stop "$unit" || true
    rm -f "$unit_file"
    systemctl daemon-reload
    systemctl reset-failed "$unit" 2>/dev/null || true
  fi
  packages=$(sed -n 's/^package \\([a-z0-9][a-z0-9.+-]*\\)$/\\1/p' "$etc/made" 2>/dev/null || true)
  # Words on purpose: names of packages have nothing that a shell could take for more.
  remove_packages $packages >&2
  ! grep -qsx user "$etc/made" || ! getent passwd "$user" >/dev/null || userdel "$user"
  rm -rf "$base" "$state" "$cache" "$etc"
}
`

/** Removes a node that was set up with everything that was made for it. */
export const removeScript = (layout: Layout, removePackages: string): string => `${variablesOf(layout)}${removeFunction(removePackages)}
remove_node
`

/** Which machines stay as they are where no release was kept, as conditions of the shell. */
const stays = {
  /** One on which nothing was prepared: the node that is there was not touched. */
  untouched: `[ ! -d "$etc/before" ] && { [ -e "$unit_file" ] || [ -e "$data" ]; }`,
  /** One with a node, which this run did not make before its preparation has ended. */
  occupied: '[ -e "$unit_file" ] || [ -e "$data" ]',
  /** Each: its node was there before. */
  any: 'true',
} as const

/**
 * After a run that failed: back to the release that was good before, or to a machine without a node. Nothing is removed from machines
 * that stay. Prints `back`, `kept` or `removed`.
 */
export const undoScript = (
  layout: Layout,
  removePackages: string,
  staying: keyof typeof stays = 'untouched',
): string => `${variablesOf(layout)}${removeFunction(removePackages)}
if [ -s "$etc/before/release" ]; then
  release=$(cat "$etc/before/release")
  # Where nothing of it was changed yet, it goes on without a break.
  if [ "$(readlink "$base/current" || true)" != "$release" ] || ! cmp -s "$etc/before/unit" "$unit_file"; then
    cp -p "$etc/before/unit" "$unit_file.new"
    mv -f "$unit_file.new" "$unit_file"
    ln -sfn "$release" "$base/current.new"
    mv -fT "$base/current.new" "$base/current"
    systemctl daemon-reload
    systemctl enable --quiet "$unit"
    systemctl reset-failed "$unit" 2>/dev/null || true
    systemctl restart "$unit"
  fi
  for folder in "$base"/releases/*; do [ "releases/\${folder##*/}" = "$release" ] || rm -rf "$folder"; done
  rm -rf "$etc/before" "$etc/join"
  echo back
elif ${stays[staying]}; then
  echo kept
else
  remove_node
  echo removed
fi
`
