/** Numbers of the RTMP wire (RTMP 1.0 sections 5.4, 6.2 and 7.1), and the small control messages. */

export const MessageType = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowAcknowledgementSize: 5,
  setPeerBandwidth: 6,
  audio: 8,
  video: 9,
  dataAmf3: 15,
  sharedObjectAmf3: 16,
  commandAmf3: 17,
  dataAmf0: 18,
  sharedObjectAmf0: 19,
  commandAmf0: 20,
  aggregate: 22,
} as const

export const UserControl = {
  streamBegin: 0,
  streamEof: 1,
  streamDry: 2,
  setBufferLength: 3,
  streamIsRecorded: 4,
  pingRequest: 6,
  pingResponse: 7,
} as const

/** Which chunk stream each kind of message of ours travels on. */
export const ChunkStream = { control: 2, command: 3, data: 5, audio: 4, video: 6 } as const

/** Body of a control message that is one 32-bit number. */
export function uint32Body(value: number): Buffer {
  const body = Buffer.allocUnsafe(4)
  body.writeUInt32BE(value >>> 0)
  return body
}

/** Body of Set Peer Bandwidth (section 5.4.5): limit type 2 is dynamic. */
export function peerBandwidthBody(windowBytes: number): Buffer {
  const body = Buffer.allocUnsafe(5)
  body.writeUInt32BE(windowBytes)
  body[4] = 2
  return body
}

/** Body of a user control event with one 32-bit number (section 7.1.7). */
export function userControlBody(event: number, value: number): Buffer {
  const body = Buffer.allocUnsafe(6)
  body.writeUInt16BE(event)
  body.writeUInt32BE(value >>> 0, 2)
  return body
}
