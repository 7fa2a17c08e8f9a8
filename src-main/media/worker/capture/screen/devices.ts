import type { Device } from '../../../device.ts'
import { createSystemCapturer } from './system-capturer.ts'

/** Displays of this machine, the primary one first. Rejects with `studio.capture_unavailable` or `studio.engine_missing`. */
export async function listDisplays(): Promise<readonly Device[]> {
  return createSystemCapturer().listDisplays()
}

/** Windows of programs on this machine. Rejects with `studio.capture_unavailable` or `studio.engine_missing`. */
export async function listWindows(): Promise<readonly Device[]> {
  return createSystemCapturer().listWindows()
}
