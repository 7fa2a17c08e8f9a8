import { isKnownRequest, type KnownRequest } from '../../../formats/obs-websocket/request-schemas.ts'
import type { Principal } from '../../../platform/routes/principal.ts'

/**
 * Requests that reach beyond the show: files and keys of the machine that OBS runs on, other plug-ins, whatever a hotkey or a button of a
 * dialog does. Who may send them could have typed at that machine.
 */
const adminRequests: ReadonlySet<KnownRequest> = new Set([
  'CallVendorRequest',
  'GetOutputSettings',
  'GetPersistentData',
  'GetStreamServiceSettings',
  'OpenInputInteractDialog',
  'PressInputPropertiesButton',
  'SaveSourceScreenshot',
  'SetOutputSettings',
  'SetPersistentData',
  'SetProfileParameter',
  'SetRecordDirectory',
  'TriggerHotkeyByKeySequence',
  'TriggerHotkeyByName',
])

/** Least role for a request. One that this program does not know (a newer OBS has it) is for admins. */
export function roleOfRequest(name: string): 'editor' | 'admin' {
  return isKnownRequest(name) && !adminRequests.has(name) ? 'editor' : 'admin'
}

/** Who asks, as far as requests differ by it. */
export type Requester = Pick<Principal, 'id' | 'role'>
