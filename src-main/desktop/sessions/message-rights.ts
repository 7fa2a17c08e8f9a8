import type { Right } from '../rights/rights.ts'
import type { ClientMessage } from './client-message.ts'
import { clipboardKind } from './clipboard-kinds.ts'

/** The right that each message of a viewer needs: the process of the display is sent no other. */
const messageRights: Readonly<Record<ClientMessage['kind'], Right>> = {
  key: 'control',
  held: 'control',
  text: 'control',
  move: 'control',
  shift: 'control',
  button: 'control',
  wheel: 'control',
  touch: 'control',
  size: 'control',
  arrange: 'control',
  part: 'see',
  decoder: 'see',
  quality: 'see',
  ping: 'see',
  control: 'see',
  'rtc-offer': 'see',
  transport: 'see',
  drawn: 'see',
  record: 'record',
  'clipboard': 'clipboard',
  'clipboard-read': 'clipboard',
  'clipboard-taken': 'clipboard',
  'clipboard-data': 'clipboard',
  listen: 'audio',
  heard: 'audio',
  microphone: 'microphone',
  voice: 'microphone',
  camera: 'camera',
  'camera-frame': 'camera',
}

/** The right that each binary message to a viewer needs, by its first byte: see docs/desktop.md. */
const payloadRights: ReadonlyMap<number, Right> = new Map([
  [1, 'see'],
  [2, 'see'],
  [3, 'see'],
  [4, 'audio'],
  [clipboardKind, 'clipboard'],
])

export function rightForMessage({ kind }: ClientMessage): Right {
  return messageRights[kind]
}

/** Undefined for a message that nobody may be sent. */
export function rightForPayload(payload: Uint8Array): Right | undefined {
  return payloadRights.get(payload[0] ?? 0)
}
