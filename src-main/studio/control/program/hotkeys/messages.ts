/** A chord that is to work in every window. */
export interface WantedKey {
  /** Its `chordId`. */
  readonly id: string
  /** As a macro has it, e.g. `Ctrl+Shift+1`. */
  readonly chord: string
  /** What it does, for people. */
  readonly description: string
}

/** How the desktop hands out keys: an X server, or the portal of a Wayland desktop. */
export type KeysThrough = 'x11' | 'portal'

/**
 * `active`: works in every window. `taken`: another program has it. `unknown-key`: this keyboard cannot press it. `unassigned`: the
 * desktop has given it no keys.
 */
export type GrabState = 'starting' | 'active' | 'taken' | 'unknown-key' | 'unassigned'

/** Messages to the process of the hotkeys. */
export type ToHotkeys = { readonly kind: 'keys'; readonly keys: readonly WantedKey[] }

/** Messages from it. */
export type FromHotkeys =
  /** Keys can be had, or `problem` says why not; it is tried again. */
  | { readonly kind: 'desktop'; readonly through: KeysThrough | null; readonly problem: HotkeyProblem | null }
  /** `trigger`: the keys that the desktop has given it, in its own words. */
  | { readonly kind: 'state'; readonly id: string; readonly state: GrabState; readonly trigger: string | null }
  | { readonly kind: 'key'; readonly id: string; readonly pressed: boolean }

/**
 * `no-display`: there is no desktop. `display-lost`: it ended. `rejected`: it does not let this user connect. `only-x11`: a Wayland
 * desktop without the portal: keys work while programs of X have the focus. `dismissed`: somebody said no to the desktop's question.
 * `not-built`: the native part is missing.
 */
export type HotkeyProblem = 'no-display' | 'display-lost' | 'rejected' | 'only-x11' | 'dismissed' | 'not-built'
