import type { closeCode } from '../../../formats/obs-websocket/protocol.ts'

/** A message that breaks the protocol: the connection is closed with this code. */
export class ProtocolFault extends Error {
  readonly code: keyof typeof closeCode

  constructor(code: keyof typeof closeCode, message: string) {
    super(message)
    this.code = code
  }
}
