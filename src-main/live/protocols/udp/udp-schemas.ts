import { type Static, Type } from 'typebox'
import { ErrorSchema, Nullable } from '../../../platform/routes/schemas.ts'
import { StreamName } from '../../schemas.ts'

/** An MPEG transport stream that is expected on a UDP port. */
export const UdpInputSchema = Type.Object({
  id: Type.String(),
  stream: StreamName,
  url: Type.String({ description: 'udp://@GROUP:PORT, udp://ADDRESS:PORT or udp://:PORT' }),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('live'), Type.Literal('error')]),
  error: Nullable(ErrorSchema),
  sender: Type.Union([Type.String(), Type.Null()], { description: 'HOST:PORT that sends now' }),
  datagrams: Type.Integer({ description: 'taken since the host started' }),
  createdAt: Type.String({ format: 'date-time' }),
})
export type UdpInputInfo = Static<typeof UdpInputSchema>

export const NewUdpInputSchema = Type.Object({
  stream: StreamName,
  url: Type.String({ minLength: 8, maxLength: 200, description: 'e.g. udp://@239.1.1.1:5000 or udp://:5000' }),
})
