import { SrtFlag } from '../../../../formats/srt/srt-handshake.ts'

/** Version of the protocol that we use: 1.5.0. */
export const ownVersion = 0x010500
/** Live mode: delivery in time, late packets left out, periodic NAK. */
export const liveFlags =
  SrtFlag.tsbpdSend | SrtFlag.tsbpdReceive | SrtFlag.crypt | SrtFlag.lateDrop | SrtFlag.periodicNak | SrtFlag.retransmitFlag
/** Largest datagram with its headers of IP and UDP. */
export const datagramBytes = 1500
/** Size of the buffer that is requested from the system for the port. */
export const socketBufferBytes = 4 * 1024 * 1024
