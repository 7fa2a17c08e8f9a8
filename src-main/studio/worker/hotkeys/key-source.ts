import type { GrabState, HotkeyProblem, KeysThrough, WantedKey } from '../../control/program/hotkeys/messages.ts'

/** What a desktop reports of keys. */
export interface KeyListener {
  onDesktop(through: KeysThrough | null, problem: HotkeyProblem | null): void
  onState(id: string, state: GrabState, trigger?: string): void
  onKey(id: string, pressed: boolean): void
}

/** A desktop that hands out keys, whichever window has the focus. */
export interface KeySource {
  /** Exactly these from now on. */
  set(keys: readonly WantedKey[]): void
  close(): void
}
