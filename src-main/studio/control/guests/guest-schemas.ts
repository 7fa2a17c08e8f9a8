import { type Static, Type } from 'typebox'

const Time = Type.String({ format: 'date-time' })

/** Somebody who was invited, as the API shows them. */
export const GuestSchema = Type.Object({
  id: Type.String({ description: 'the stream that they publish, too' }),
  label: Type.String({ description: 'as they were invited' }),
  name: Type.Union([Type.String(), Type.Null()], { description: 'as they call themselves; null until they join' }),
  stream: Type.String(),
  state: Type.Union(
    [Type.Literal('invited'), Type.Literal('waiting'), Type.Literal('on-air'), Type.Literal('away'), Type.Literal('expired')],
    {
      description:
        'invited: never came; waiting: connected, not in the program; on-air: connected, seen or heard in the program; away: came and has gone; expired: the link is too old to join',
    },
  ),
  connected: Type.Boolean(),
  onAir: Type.Boolean({ description: 'a program shows their source, or it is heard there, whether or not they are connected' }),
  inPreview: Type.Boolean({ description: 'a preview shows their source, and no program' }),
  source: Type.Union([Type.String(), Type.Null()], { description: 'id of the source that shows them; null while they have no source' }),
  camera: Type.Boolean({ description: 'their camera is on' }),
  microphone: Type.Boolean({ description: 'their microphone is on' }),
  talkedTo: Type.Boolean({ description: 'somebody talks to them now, unheard by the audience' }),
  receives: Type.Boolean({ description: 'they see and hear the program' }),
  createdAt: Time,
  expiresAt: Time,
})
export type Guest = Static<typeof GuestSchema>

/** What is kept of an invitation over a restart of the host. */
export interface Invitation {
  /** The stream that they publish, too. */
  readonly id: string
  readonly label: string
  /** Of the newest link. */
  readonly keyId: string
  readonly createdAt: string
  readonly expiresAt: string
  /** They were connected at least once: without a connection they have left. Absent in what older versions kept. */
  readonly came?: boolean
}

/** Reads what was kept; what makes no sense is left out. */
export function readInvitations(kept: unknown): readonly Invitation[] {
  if (!Array.isArray(kept)) return []
  return kept.filter((each: Partial<Invitation> | null): each is Invitation =>
    [each?.id, each?.label, each?.keyId, each?.createdAt, each?.expiresAt].every((text) => typeof text === 'string'),
  )
}
