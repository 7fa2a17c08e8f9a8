import { Type } from 'typebox'
import { AppError } from '../../../platform/errors.ts'
import { wholeListSchema } from '../../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { Edit } from '../../document/edits/edit-schemas.ts'
import { StepId } from '../routes/answer-schemas.ts'
import { doingOf } from '../routes/doing.ts'
import type { Show } from '../show.ts'
import { GuestSchema } from './guest-schemas.ts'
import type { Guests } from './guests.ts'
import { freePlaces, hideGuest, putGuest } from './place-guest.ts'

const tag = 'studio'
const Params = Type.Object({ id: Type.String({ maxLength: 80 }) })
const Minutes = Type.Optional(
  Type.Integer({ minimum: 5, maximum: 30 * 24 * 60, default: 24 * 60, description: 'for how long the link lets the guest join' }),
)
const InvitedSchema = Type.Object({
  id: Type.String(),
  stream: Type.String(),
  joinUrl: Type.String({ description: 'the page to send them to; shown in this answer alone' }),
  guest: GuestSchema,
})
const EditedGuestSchema = Type.Object({ ...GuestSchema.properties, step: StepId })
const exactly = { additionalProperties: false }

/** API routes of guests: people who come into the show by WebRTC, each by a stream of their own. */
export function guestRoutes(guests: Guests, show: Pick<Show, 'current' | 'openFile' | 'control'>): readonly RouteDefinition[] {
  /** The key is behind the #, which browsers send to nobody. */
  const invited = (base: string, { guest, key }: Awaited<ReturnType<Guests['invite']>>) => {
    const { id, label } = guest
    return { id, stream: id, joinUrl: `${base}/guest/${id}#key=${key}&as=${encodeURIComponent(label.toWellFormed())}`, guest }
  }
  const edit = (edits: readonly Edit[], principal: Parameters<typeof doingOf>[0]): string | null =>
    edits.length === 0 ? null : show.current.editStep(edits, doingOf(principal)).step
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/guests',
      tag,
      summary: 'Guests who are invited, and how each is',
      role: 'viewer',
      responses: { 200: wholeListSchema(GuestSchema) },
      handler: () => ({ body: { items: guests.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/guests',
      tag,
      summary: 'Invites a guest: answers the page to send them to, this once, and the stream for a source of kind `guest`',
      role: 'editor',
      idempotent: true,
      body: Type.Object({ label: Type.String({ minLength: 1, maxLength: 100 }), expiresInMinutes: Minutes }, exactly),
      responses: { 201: InvitedSchema },
      handler: async ({ body: { label, expiresInMinutes = 24 * 60 }, principal, sharedBaseUrl }) => ({
        status: 201,
        body: invited(sharedBaseUrl, await guests.invite(label, expiresInMinutes, principal.id)),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/guests/:id/link',
      tag,
      summary: 'Makes another link for a guest: the one before does not open anything any more, and who came by it is disconnected',
      role: 'editor',
      idempotent: true,
      params: Params,
      body: Type.Object({ expiresInMinutes: Minutes }, exactly),
      responses: { 201: InvitedSchema },
      handler: async ({ params, body: { expiresInMinutes = 24 * 60 }, principal, sharedBaseUrl }) => ({
        status: 201,
        body: invited(sharedBaseUrl, await guests.renew(params.id, expiresInMinutes, principal.id)),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/guests/:id/put-on-air',
      tag,
      summary: 'Puts a guest into the scene that is on air, as one step of the history: into the place of a guest where the scene has one',
      role: 'editor',
      params: Params,
      body: Type.Object(
        { scene: Type.Optional(Type.String({ maxLength: 64, description: 'another scene than the one on air' })) },
        exactly,
      ),
      responses: { 200: EditedGuestSchema },
      handler: ({ params, body, principal }) => {
        const { stream, name, label, connected, state } = guests.get(params.id)
        if (!connected) throw new AppError('studio.guest_not_connected', `${label} is ${state}`)
        const { collection } = show.current
        const wanted = body.scene ?? show.control.onAir[show.control.mainCanvas]?.program
        const scene = collection.scenes.find(({ id }) => id === wanted)
        if (scene === undefined) throw new AppError('studio.not_found', `There is no scene "${wanted}"`)
        const step = edit(putGuest(collection, scene, { stream, name: name ?? label }), principal)
        return { body: { ...guests.get(params.id), step } }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/guests/:id/take-off-air',
      tag,
      summary: 'Takes a guest out of every scene, as one step of the history: their items are hidden, and they wait',
      role: 'editor',
      params: Params,
      responses: { 200: EditedGuestSchema },
      handler: ({ params, principal }) => {
        const { stream } = guests.get(params.id)
        const step = edit(hideGuest(show.current.collection, stream), principal)
        return { body: { ...guests.get(params.id), step } }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/guests/:id',
      tag,
      summary: 'Ends an invitation: the guest is disconnected, and the page lets nobody in any more',
      role: 'editor',
      params: Params,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await guests.remove(params.id, principal.id)
        const collection = show.openFile?.collection.collection
        if (collection !== undefined) edit([...hideGuest(collection, params.id), ...freePlaces(collection, params.id)], principal)
        return { status: 204, body: null }
      },
    }),
  ]
}
